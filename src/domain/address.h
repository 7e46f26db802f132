/* How email addresses compare. */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H

#include "base/text.h"

/*
 * The key under which an address is kept and looked up: NFC and case-folded (Unicode, full), the
 * domain in A-labels ("müller@BÜCHER.example" and "Müller@xn--bcher-kva.example" are one). Owned by
 * the caller; NULL when out of memory. A key is its own key. Any text has one: without an @ it is
 * case-folded as a whole, and so is a domain that has no A-labels; of what is not UTF-8 only ASCII.
 */
char *address_key(const char *email);

/* Appends the address as its owner recognises it, and nobody else can write to it:
 * "k••@example.org", however long it is. */
void address_append_masked(struct text *text, const char *email);

#endif
