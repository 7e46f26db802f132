/* The whole mail that asks a customer: the mail block in a document of its own, and how to opt out.
 */
#ifndef PAGES_INVITATION_MAIL_H
#define PAGES_INVITATION_MAIL_H

#include <stdbool.h>

#include "app.h"
#include "domain/invitation.h"
#include "domain/survey.h"

struct invitation_mail {
    char *subject;         /* owned, as the others; one line */
    char *html;            /* a whole document; below the 102 KB at which Gmail cuts it */
    char *text;            /* the same for readers of plain text, lines ending in LF */
    char *unsubscribe_url; /* for List-Unsubscribe; answers POST (RFC 8058) */
    char language[LANGUAGE_BYTES_MAX + 1]; /* of our texts: "pt" */
};

void invitation_mail_clear(struct invitation_mail *mail);

/* Where its links lead; lent. */
struct invitation_links {
    const char *answer;
    const char *opt_out;
};

/* The mail with these links; false when out of memory, *mail is then untouched. */
bool invitation_mail_compose(const struct survey *survey, const struct invitation *invitation,
                             const struct invitation_links *links, bool reminder,
                             struct invitation_mail *mail);

/* In the contact's language (English when we do not speak it). False when there is no key to sign
 * the links, or out of memory; *mail is then untouched. */
bool invitation_mail_write(struct app *app, const struct survey *survey,
                           const struct invitation *invitation, bool reminder,
                           struct invitation_mail *mail);

#endif
