/* The fields of a contact that a source has rules for. */
#ifndef API_HOOK_FIELDS_H
#define API_HOOK_FIELDS_H

#include <jansson.h>
#include <stddef.h>

#include "api/mistakes.h"
#include "base/text.h"

enum hook_kind {
    HOOK_TEXT,
    HOOK_LANGUAGE,
    HOOK_LIST,
    HOOK_NUMBER,
    HOOK_TIME,
};

struct hook_field {
    const char *pointer; /* in the rules, and in a contact */
    enum hook_kind kind;
};

extern const struct hook_field hook_fields[];
extern const size_t hook_field_count;

/* Adds what is wrong with fields, a source's rules by field, at pointer. */
void hook_fields_check(const json_t *fields, struct text *pointer, struct mistakes *mistakes);

#endif
