#ifndef CLI_MAIL_COMPOSER_H
#define CLI_MAIL_COMPOSER_H

#include "jobs/mailer.h"

/* What the mailer calls for the words of a mail; its context is the struct app. */
mail_composer compose_invitation_mail;

#endif
