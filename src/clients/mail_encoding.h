/* Texts in UTF-8 as mails carry them: in ASCII, in short lines. */
#ifndef CLIENTS_MAIL_ENCODING_H
#define CLIENTS_MAIL_ENCODING_H

#include "base/text.h"

/* How a body is carried. */
enum mail_encoding {
    MAIL_QUOTED_PRINTABLE, /* for what is mostly ASCII */
    MAIL_BASE64,
};

enum mail_encoding mail_encoding_for(const char *body);

/* "quoted-printable" or "base64" */
const char *mail_encoding_name(enum mail_encoding encoding);

/* Appends body in lines of at most 76 bytes, each ending in CRLF; \n and CRLF are line ends. */
void mail_append_body(struct text *out, enum mail_encoding encoding, const char *body);

/*
 * Appends words, a header's unstructured value that begins in this column, as it is when that is
 * short and plain, else as encoded words (RFC 2047), folded. Control characters become blanks.
 */
void mail_append_words(struct text *out, const char *words, size_t column);

/* The same for the name before an address: a quoted string when it is short and ASCII. */
void mail_append_name(struct text *out, const char *name, size_t column);

#endif
