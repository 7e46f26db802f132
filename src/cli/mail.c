/* Shows an operator whether mail goes out, and where it stops when it does not. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/mail_options.h"

static void print_line(void *context, char direction, const char *line) {
    (void)context;
    printf("%c %s\n", direction, line);
}

static void fill_test_mail(const struct mail_options *options, const char *address,
                           struct mail *mail) {
    mail->subject = strdup("A test mail from Understood");
    mail->text = strdup("This mail was sent by `understood mail test`.\n"
                        "That it arrived shows that invitations can be sent.\n");
    mail->html = strdup("<!DOCTYPE html><html lang=\"en\"><body>"
                        "<p>This mail was sent by <code>understood mail test</code>. "
                        "That it arrived shows that invitations can be sent.</p></body></html>");
    strncpy(mail->language, "en", sizeof mail->language - 1);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the caller clears it by CLEANUP */
    mail->from = &options->from;
    mail->reply_to = options->reply_to.address ? &options->reply_to : NULL;
    mail->to_address = address;
    mail->id = uuid_new();
    mail->date_us = time_now_us();
}

static const char *meaning_of(const struct smtp_result *result) {
    switch (result->verdict) {
    case SMTP_ACCEPTED:
        return "the mail server took the mail";
    case SMTP_REJECTED:
        return result->mailbox_refused
                   ? "the mail server refuses this address: an invitation would be bounced, and "
                     "nothing be sent to the address again"
                   : "the mail server refuses this mail: an invitation would be bounced";
    case SMTP_DEFERRED:
        return "not now: an invitation would be tried again later";
    case SMTP_RELAY_AWAY:
    default:
        return "the mail server cannot be used: invitations would wait until it can";
    }
}

static int send_test_mail(struct mail_options *options, const char *address) {
    CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
    struct smtp_result result;
    signal(SIGPIPE, SIG_IGN); /* the server may hang up */
    options->relay.listener = print_line;
    fill_test_mail(options, address, &mail);
    bool whole = mail.subject && mail.text && mail.html;
    struct smtp *smtp = whole ? smtp_open(&options->relay) : NULL;
    if (!smtp) {
        fprintf(stderr, "understood: out of memory\n");
        return EXIT_FAILURE;
    }
    smtp_send(smtp, &mail, &result);
    smtp_close(smtp);
    fflush(stdout);
    bool accepted = result.verdict == SMTP_ACCEPTED;
    fprintf(accepted ? stdout : stderr, "%s\n%s\n", result.words, meaning_of(&result));
    return accepted ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_mail_test(const struct invocation *invocation) {
    CLEANUP(mail_options_clear) struct mail_options options = {0};
    CLEANUP(text_clear) struct text written = {0};
    if (!*invocation->config.mail.url) {
        fprintf(stderr, "understood: [mail] url (UNDERSTOOD_MAIL_URL) names no mail server yet\n");
        return EXIT_USAGE;
    }
    if (!mailbox_append_address(&written, invocation->operand)) {
        fprintf(stderr, "understood: ADDRESS should be one, such as mara@example.org\n");
        return EXIT_USAGE;
    }
    if (!mail_options_read(&invocation->config, &options)) {
        fprintf(stderr, "understood: out of memory\n");
        return EXIT_FAILURE;
    }
    return send_test_mail(&options, invocation->operand);
}
