/* GET and POST /u/{token}: what a mail's unsubscribe link leads to, and what mail clients post to
 * for their one click (RFC 8058). */
#include "base/cleanup.h"
#include "domain/address.h"
#include "pages/html.h"
#include "pages/opt_out.h"
#include "pages/pages.h"

#define RETRY_AFTER_S "5"
#define FIELD_UNDO    "undo"

/* The button sends what RFC 8058 lets a mail client send. */
#define BUTTON_OPT_OUT                                                                             \
    "<button class=\"%s\" name=\"List-Unsubscribe\" value=\"One-Click\">%s</button>"
#define BUTTON_UNDO "<button class=\"b alt\" name=\"" FIELD_UNDO "\" value=\"yes\">%s</button>"

/* What the page says, and asks. */
struct message {
    const char *title;
    const char *sentence;      /* with {address} */
    const char *opt_out_class; /* of the button; NULL: there is none */
};

static struct message choose_message(const struct opt_out *opt_out, enum opt_out_step step) {
    const struct locale *locale = opt_out->page.locale;
    if (opt_out->suppressed) {
        return (struct message){locale->opted_out_title, locale->opted_out_text, NULL};
    }
    return step == OPT_OUT_UNDO
               ? (struct message){locale->opt_out_undone_title, locale->opt_out_undone_text,
                                  "b alt"}
               : (struct message){locale->opt_out_title, locale->opt_out_text, "b"};
}

/* Isolated, so that the address stays in one piece where the text reads from the right. */
static void append_sentence(struct text *text, const char *sentence, const char *email) {
    CLEANUP(text_clear) struct text address = {0};
    text_append(&address, "\u2068");
    address_append_masked(&address, email);
    text_append(&address, "\u2069");
    text->failed |= address.failed;
    if (!address.failed) {
        text_append(text, "<p>");
        locale_append_html(text, sentence, address.bytes);
        text_append(text, "</p>");
    }
}

static void append_buttons(struct text *text, const struct request *request,
                           const struct opt_out *opt_out, const struct message *message) {
    const struct locale *locale = opt_out->page.locale;
    if (!message->opt_out_class && !opt_out->may_undo) {
        return;
    }
    html(text, "\n<form method=\"post\" action=\"/u/%s\">", request_path_param(request, "token"));
    if (message->opt_out_class) {
        html(text, BUTTON_OPT_OUT, message->opt_out_class, locale->opt_out_button);
    } else {
        html(text, BUTTON_UNDO, locale->opt_out_undo);
    }
    text_append(text, "</form>");
}

static struct response show(const struct request *request, const struct opt_out *opt_out,
                            enum opt_out_step step) {
    CLEANUP(text_clear) struct text text = {0};
    const struct message message = choose_message(opt_out, step);
    page_open(&text, &opt_out->page, message.title, false);
    html(&text, "<div class=\"card done\"><h1>%s</h1>", message.title);
    append_sentence(&text, message.sentence, opt_out->invitation.contact.customer_email);
    append_buttons(&text, request, opt_out, &message);
    text_append(&text, "</div>\n");
    page_close(&text);
    return page_respond(200, &opt_out->page, &text);
}

static struct response refuse(const struct opt_out *opt_out) {
    const struct locale *locale = opt_out->page.locale;
    if (opt_out->outcome == OUTCOME_NOT_FOUND) {
        return page_respond_message(404, &opt_out->page, locale->not_found_title,
                                    locale->not_found_text);
    }
    struct response response = page_respond_message(503, &opt_out->page, locale->unavailable_title,
                                                    locale->opt_out_failed_text);
    response_set_header(&response, "Retry-After", RETRY_AFTER_S);
    return response;
}

static struct response respond_step(struct app *app, const struct request *request,
                                    enum opt_out_step step) {
    CLEANUP(opt_out_clear) struct opt_out opt_out;
    opt_out_open(app, request, step, &opt_out);
    return opt_out.outcome == OUTCOME_OK ? show(request, &opt_out, step) : refuse(&opt_out);
}

struct response get_opt_out(struct app *app, const struct request *request) {
    return respond_step(app, request, OPT_OUT_LOOK);
}

/* Whatever else was sent, in whatever form: who posts here wants no more mail. */
struct response post_opt_out(struct app *app, const struct request *request) {
    bool undo = request_form(request, FIELD_UNDO) != NULL;
    return respond_step(app, request, undo ? OPT_OUT_UNDO : OPT_OUT_DO);
}
