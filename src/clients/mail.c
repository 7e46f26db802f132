#include "clients/mail.h"

#include <stdlib.h>

void mail_clear(struct mail *mail) {
    free(mail->subject);
    free(mail->html);
    free(mail->text);
    free(mail->unsubscribe_url);
    *mail = MAIL_NONE;
}
