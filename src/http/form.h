/* Percent-decoding, strict: well-formed escapes, valid UTF-8, no NUL. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

/* True for well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF). */
bool utf8_valid(const char *bytes, size_t length);

/* Decodes text in place, '+' as a space when plus_is_space; false, with text undefined, when it is
 * malformed. */
bool percent_decode(char *text, bool plus_is_space);

/*
 * Splits and decodes text (application/x-www-form-urlencoded) in place; the params point into it.
 * NULL, or why it is refused; *count is then undefined.
 */
const char *query_objection(char *text, struct request_param params[QUERY_PARAMS_MAX],
                            size_t *count);
const char *form_objection(char *text, struct request_param params[FORM_PARAMS_MAX], size_t *count);

#endif
