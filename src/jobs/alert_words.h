/* What the mails about an alert say, in English: they go to the operator's own people. */
#ifndef JOBS_ALERT_WORDS_H
#define JOBS_ALERT_WORDS_H

#include <stdbool.h>

#include "clients/mail.h"
#include "store/alert_mail.h"

/*
 * Writes subject, html, text and language of a mail: that the alert was raised, or that it is over,
 * or both when the recipient hears of it only then. A team's name comes from outside: one that mail
 * readers could make a link of is not repeated, and customers' words are not in it at all, as no
 * erasure could reach them. public_url is where the service is. False when out of memory.
 */
bool alert_mail_compose(const struct alert_mail *about, const char *public_url, struct mail *mail);

#endif
