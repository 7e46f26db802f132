/* A mail of ours, and the message that SMTP carries (RFC 5322, MIME). */
#ifndef CLIENTS_MAIL_H
#define CLIENTS_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/uuid.h"
#include "domain/survey.h"

struct mailbox;

struct mail {
    /* What it says: owned, written by whoever composes it (struct mail_composer's). UTF-8. */
    char *subject;
    char *html; /* a whole document */
    char *text;
    char *unsubscribe_url;                 /* NULL: none; else opens a page, and a POST is enough */
    char language[LANGUAGE_BYTES_MAX + 1]; /* BCP 47; "" when not known */

    /* Whose it is: lent, set by whoever sends it. */
    const struct mailbox *from;
    const struct mailbox *reply_to; /* NULL: from */
    const char *to_address;
    const char *to_name; /* NULL: none */
    struct uuid id;      /* of the invitation: what the Message-ID is made of, at every attempt */
    bool reminder;       /* an answer to the mail before, with a Message-ID of its own */
    int64_t date_us;
};

#define MAIL_NONE ((struct mail){0})

/* Frees what is owned. */
void mail_clear(struct mail *mail);

/*
 * Appends the whole message, multipart/alternative, lines of at most 998 bytes ending in CRLF. No
 * value can end its header. ASCII, but for an address that needs SMTPUTF8. False, with something
 * appended, when out of memory or when an address is none.
 */
bool mail_write(const struct mail *mail, struct text *message);

#endif
