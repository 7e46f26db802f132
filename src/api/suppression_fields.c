#include "api/suppression_fields.h"

#include <stdio.h>

#include "api/suppression_json.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/contact.h"

#define NOTE_CHARACTERS_MAX 1000
#define POINTER_BYTES       64
#define CLOCK_SKEW_US       (300 * US_PER_SECOND)

/* clang-format off */
#define SUPPRESSION_FIELDS                                                                      \
    {.name = "email", .kind = FIELD_TEXT, .required = true,                                     \
     .offset = offsetof(struct suppression, email), .min = 1, .max = CUSTOMER_TEXT_BYTES_MAX,   \
     .objection = email_objection},                                                             \
    {.name = "reason", .kind = FIELD_CHOICE, .offset = offsetof(struct suppression, reason),    \
     .choices = suppression_reasons},                                                           \
    {.name = "note", .kind = FIELD_LONG_TEXT, .offset = offsetof(struct suppression, note),     \
     .min = 0, .max = NOTE_CHARACTERS_MAX}
/* clang-format on */

static const struct field fields[] = {SUPPRESSION_FIELDS};
static const struct field_table table = FIELD_TABLE(fields);

static const struct field past_fields[] = {
    SUPPRESSION_FIELDS,
    {.name = "created_at",
     .kind = FIELD_INSTANT,
     .offset = offsetof(struct suppression, created_at_us)},
    {.name = "id", .kind = FIELD_ELSEWHERE},
    {.name = "invitation", .kind = FIELD_ELSEWHERE},
};
static const struct field_table past_table = FIELD_TABLE(past_fields);

bool read_suppression(const json_t *json, const char *pointer, int64_t now_us,
                      struct suppression *suppression, struct mistakes *mistakes) {
    suppression->reason = SUPPRESSION_MANUAL;
    suppression->created_at_us = now_us;
    return read_fields(json, &table, pointer, suppression, mistakes);
}

bool read_past_suppression(const json_t *json, const char *pointer, int64_t now_us,
                           struct suppression *suppression, struct mistakes *mistakes) {
    suppression->reason = SUPPRESSION_MANUAL;
    suppression->created_at_us = now_us;
    read_fields(json, &past_table, pointer, suppression, mistakes);
    if (suppression->created_at_us > now_us + CLOCK_SKEW_US) {
        char where[POINTER_BYTES];
        snprintf(where, sizeof where, "%s/created_at", pointer);
        mistakes_add(mistakes, where, "lies in the future; expected a time up to now");
    }
    return mistakes_none(mistakes);
}
