/* Who a mail is from or to, as headers and SMTP want it. */
#ifndef CLIENTS_MAILBOX_H
#define CLIENTS_MAILBOX_H

#include <stdbool.h>

#include "base/text.h"

/* One mailbox: "mara@example.org" or "Mara Muster <mara@example.org>". */
struct mailbox {
    char *name;    /* owned; NULL when there is none */
    char *address; /* owned */
};

#define MAILBOX_WORDS "an address, or a name and an address: Acme Support <support@acme.example>"

/* False, *mailbox untouched, unless text is one whose address can be written as ASCII before the @
 * or not at all; also when out of memory. */
bool mailbox_parse(const char *text, struct mailbox *mailbox);
void mailbox_clear(struct mailbox *mailbox);

/*
 * Appends the address for SMTP and headers: its domain in A-labels (IDNA 2008), what stands before
 * the @ quoted where it must be. False, nothing appended, when it is no address or its domain
 * cannot be one.
 */
bool mailbox_append_address(struct text *text, const char *address);

/* True when what stands before the @ is not ASCII: then SMTPUTF8 (RFC 6531) is needed. */
bool mailbox_needs_utf8(const char *address);

#endif
