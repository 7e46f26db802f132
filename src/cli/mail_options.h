/* What [mail] says, as clients/ wants it. */
#ifndef CLI_MAIL_OPTIONS_H
#define CLI_MAIL_OPTIONS_H

#include <stdbool.h>

#include "clients/mailbox.h"
#include "clients/smtp.h"
#include "config.h"

struct mail_options {
    struct smtp_options relay; /* lent by the config */
    struct mailbox from;       /* owned */
    struct mailbox reply_to;   /* owned; address NULL: none */
};

/* False, *options empty, when out of memory; [mail] url is set. */
bool mail_options_read(const struct config *config, struct mail_options *options);
void mail_options_clear(struct mail_options *options);

#endif
