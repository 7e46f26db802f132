#include "pages/invitation_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "pages/email_block.h"
#include "pages/html.h"
#include "pages/invitation_url.h"
#include "pages/locale.h"

#define PREHEADER_FILLERS 60

/* What both versions of the mail are written from; all lent. */
struct source {
    const struct locale *locale;
    const struct survey *survey;
    const struct email_block *block;
    const char *unsubscribe_url;
};

void invitation_mail_clear(struct invitation_mail *mail) {
    free(mail->subject);
    free(mail->html);
    free(mail->text);
    free(mail->unsubscribe_url);
    *mail = (struct invitation_mail){0};
}

static void append_head(struct text *out, const struct source *source) {
    html(out,
         "<!doctype html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n",
         source->locale->language, source->locale->direction);
    text_append(out, "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
                     "<meta name=\"x-apple-disable-message-reformatting\">\n"
                     "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,"
                     "email=no\">\n"
                     "<style>:root{color-scheme:light dark;supported-color-schemes:light dark}"
                     "</style>\n");
    html(out, "<title>%s</title>\n</head>\n", source->block->subject);
}

/* What a list of mails shows beside the subject. Invisible characters keep the mail's own beginning
 * out of it. */
static void append_preheader(struct text *out, const struct source *source) {
    const struct locale *locale = source->locale;
    text_append(out, "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;"
                     "mso-hide:all;font-size:1px;line-height:1px\">");
    locale_append_counted_html(out, locale, &locale->page_seconds, survey_seconds(source->survey));
    for (int i = 0; i < PREHEADER_FILLERS; i++) {
        text_append(out, "&#847;&zwnj;&nbsp;");
    }
    text_append(out, "</div>\n");
}

static void append_unsubscribe(struct text *out, const struct source *source) {
    bool from_right = strcmp(source->locale->direction, "rtl") == 0;
    text_append_format(out,
                       "<p style=\"margin:24px 0 0;font-family:Helvetica,Arial,sans-serif;"
                       "font-size:13px;line-height:1.5;text-align:%s\">",
                       from_right ? "right" : "left");
    text_append(out, "<a href=\"");
    text_append_html(out, source->unsubscribe_url);
    html(out, "\" style=\"color:inherit;text-decoration:underline\">%s</a></p>",
         source->locale->email_unsubscribe);
}

/* Webmail keeps neither <html> nor its language, so the article says it again. Outlook does not
 * know max-width: it gets a table of that width around. */
static void write_document(struct text *out, const struct source *source) {
    append_head(out, source);
    text_append(out, "<body style=\"margin:0;padding:0\">\n");
    append_preheader(out, source);
    html(out,
         "<div role=\"article\" aria-roledescription=\"email\" aria-label=\"%s\" lang=\"%s\""
         " dir=\"%s\">\n",
         source->block->subject, source->locale->language, source->locale->direction);
    text_append(out,
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\""
                " width=\"100%\"><tr><td align=\"center\" style=\"padding:24px 16px\">\n"
                "<!--[if mso]><table role=\"presentation\" width=\"560\"><tr><td><![endif]-->\n"
                "<div style=\"max-width:560px;margin:0 auto\">\n");
    text_append(out, source->block->html);
    text_append_char(out, '\n');
    append_unsubscribe(out, source);
    text_append(out, "\n</div>\n<!--[if mso]></td></tr></table><![endif]-->\n"
                     "</td></tr></table>\n</div>\n</body>\n</html>\n");
}

static void write_plain(struct text *out, const struct source *source) {
    text_append(out, source->block->text);
    text_append_format(out, "\n%s: %s\n", source->locale->email_unsubscribe,
                       source->unsubscribe_url);
}

static bool write_block(const struct survey *survey, const struct invitation *invitation,
                        const char *url, bool reminder, struct email_block *block) {
    const struct contact *contact = &invitation->contact;
    int64_t works_for_us = invitation->expires_at_us - time_now_us();
    return reminder ? email_reminder_write(survey, contact, url, works_for_us, block)
                    : email_block_write(survey, contact, url, works_for_us, block);
}

bool invitation_mail_compose(const struct survey *survey, const struct invitation *invitation,
                             const struct invitation_links *links, bool reminder,
                             struct invitation_mail *mail) {
    CLEANUP(email_block_clear) struct email_block block = {0};
    CLEANUP(text_clear) struct text document = {0};
    CLEANUP(text_clear) struct text plain = {0};
    if (!write_block(survey, invitation, links->answer, reminder, &block)) {
        return false;
    }
    const struct locale *locale = locale_or_english(invitation->contact.language);
    const struct source source = {locale, survey, &block, links->opt_out};
    write_document(&document, &source);
    write_plain(&plain, &source);
    struct invitation_mail written = {
        .subject = block.subject,
        .html = text_take(&document),
        .text = text_take(&plain),
        .unsubscribe_url = strdup(links->opt_out),
    };
    block.subject = NULL;
    snprintf(written.language, sizeof written.language, "%s", locale->language);
    if (!written.html || !written.text || !written.unsubscribe_url) {
        invitation_mail_clear(&written);
        return false;
    }
    *mail = written;
    return true;
}

bool invitation_mail_write(struct app *app, const struct survey *survey,
                           const struct invitation *invitation, bool reminder,
                           struct invitation_mail *mail) {
    CLEANUP(text_clear) struct text answer = {0};
    CLEANUP(text_clear) struct text opt_out = {0};
    return invitation_write_url(app, invitation, &answer) &&
           invitation_write_opt_out_url(app, invitation, &opt_out) &&
           invitation_mail_compose(survey, invitation,
                                   &(struct invitation_links){answer.bytes, opt_out.bytes},
                                   reminder, mail);
}
