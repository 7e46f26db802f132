/* JSON Pointers (RFC 6901): looked up in a document, and built while one is walked. */
#ifndef API_JSON_POINTER_H
#define API_JSON_POINTER_H

#include <jansson.h>
#include <stddef.h>

#include "api/mistakes.h"
#include "base/text.h"

#define JSON_POINTER_BYTES_MAX 500

/* Why text is no JSON Pointer, or NULL. */
const char *json_pointer_objection(const char *text);

/* What pointer, one without objection, names in document; borrowed; NULL when there is nothing. */
const json_t *json_pointer_get(const json_t *document, const char *pointer);

/* One step further, to a member or an element; gives the length to go back to. */
size_t pointer_enter(struct text *pointer, const char *name);
size_t pointer_enter_index(struct text *pointer, size_t index);
void pointer_leave(struct text *pointer, size_t length);

/* mistakes_add at pointer, as it stands. */
void pointer_mistake(struct mistakes *mistakes, const struct text *pointer, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

#endif
