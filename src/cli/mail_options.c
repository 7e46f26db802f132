#include "cli/mail_options.h"

bool mail_options_read(const struct config *config, struct mail_options *options) {
    struct mail_options read = {
        .relay =
            {
                .url = config->mail.url,
                .user = config->mail.user,
                .password = config->mail.password,
                .ca_file = config->mail.ca_file,
                .timeout_ms = config->mail.timeout_ms,
            },
    };
    *options = (struct mail_options){0};
    if (!smtp_starttls_from_name(config->mail.starttls, &read.relay.starttls) ||
        !mailbox_parse(config->mail.from, &read.from) ||
        (*config->mail.reply_to && !mailbox_parse(config->mail.reply_to, &read.reply_to))) {
        mail_options_clear(&read);
        return false;
    }
    *options = read;
    return true;
}

void mail_options_clear(struct mail_options *options) {
    mailbox_clear(&options->from);
    mailbox_clear(&options->reply_to);
}
