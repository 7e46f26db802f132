/* What goes into the follow-up mail: one button per answer of the first question. */
#ifndef PAGES_EMAIL_BLOCK_H
#define PAGES_EMAIL_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/contact.h"
#include "domain/survey.h"

struct email_block {
    char *subject; /* owned, as the others; one line */
    char *html;    /* a table to be put into a mail's body; styles inline */
    char *text;    /* the same for readers of plain text */
};

void email_block_clear(struct email_block *block);

/*
 * In the contact's language (English when we do not speak it): each button leads to url with its
 * answer in the query, where the page preselects it. url is absolute and has no query, and still
 * works for works_for_us. False when out of memory; *block is then untouched.
 */
bool email_block_write(const struct survey *survey, const struct contact *contact, const char *url,
                       int64_t works_for_us, struct email_block *block);

/* The same for those who have not answered yet: it says that there will be no further mail. */
bool email_reminder_write(const struct survey *survey, const struct contact *contact,
                          const char *url, int64_t works_for_us, struct email_block *block);

#endif
