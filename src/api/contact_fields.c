#include "api/contact_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "domain/survey.h"

#define HANDLED_S_MAX    (366L * 86400)
#define CREDIT_MILLI_MAX INT64_C(999999999999999)
#define CLOCK_SKEW_US    (300 * US_PER_SECOND)
#define POINTER_BYTES    64

static const struct field customer_fields[] = {
    {.name = "ref",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct contact, customer_ref),
     .min = 1,
     .max = CUSTOMER_TEXT_BYTES_MAX},
    {.name = "email",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct contact, customer_email),
     .min = 3,
     .max = CUSTOMER_TEXT_BYTES_MAX,
     .objection = email_objection},
    {.name = "name",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct contact, customer_name),
     .min = 1,
     .max = CUSTOMER_TEXT_BYTES_MAX},
};

static const struct field_table customer_table = FIELD_TABLE(customer_fields);

#define DIMENSION(member)                                                                          \
    {                                                                                              \
        .name = #member, .kind = FIELD_TEXT, .offset = offsetof(struct contact, member), .min = 1, \
        .max = DIMENSION_BYTES_MAX                                                                 \
    }

/* clang-format off */
#define CONTACT_FIELDS \
    {.name = "ref", \
     .kind = FIELD_TEXT, \
     .required = true, \
     .offset = offsetof(struct contact, ref), \
     .min = 1, \
     .max = CONTACT_REF_BYTES_MAX}, \
    {.name = "agents", \
     .kind = FIELD_TEXTS, \
     .offset = offsetof(struct contact, agents), \
     .min = 1, \
     .max = DIMENSION_BYTES_MAX, \
     .count_max = AGENTS_MAX, \
     .count_offset = offsetof(struct contact, agent_count)}, \
    DIMENSION(team), \
    DIMENSION(channel), \
    DIMENSION(reason), \
    {.name = "language", \
     .kind = FIELD_TEXT, \
     .offset = offsetof(struct contact, language), \
     .min = 2, \
     .max = LANGUAGE_BYTES_MAX, \
     .objection = language_objection}, \
    {.name = "customer", .kind = FIELD_OBJECT, .offset = 0, .object = &customer_table}, \
    {.name = "solved_at", .kind = FIELD_INSTANT, .offset = offsetof(struct contact, solved_at_us)}, \
    {.name = "opened_at", .kind = FIELD_INSTANT, .offset = offsetof(struct contact, opened_at_us)}, \
    {.name = "handled_s", \
     .kind = FIELD_INT, \
     .offset = offsetof(struct contact, handled_s), \
     .min = 0, \
     .max = HANDLED_S_MAX}, \
    {.name = "credit_amount", \
     .kind = FIELD_DECIMAL, \
     .offset = offsetof(struct contact, credit_amount_milli), \
     .min = -CREDIT_MILLI_MAX, \
     .max = CREDIT_MILLI_MAX}
/* clang-format on */

static const struct field contact_fields[] = {CONTACT_FIELDS};

const struct field_table contact_table = FIELD_TABLE(contact_fields);

static const struct choice events[] = {
    {"solved", REPORT_SOLVED},
    {"reopened", REPORT_REOPENED},
    {"changed", REPORT_CHANGED},
    {NULL, 0},
};

_Static_assert(offsetof(struct reported_contact, contact) == 0, "the fields are the contact's");

/* clang-format off */
#define REPORTED_FIELDS \
    CONTACT_FIELDS, \
    {.name = "event", \
     .kind = FIELD_CHOICE, \
     .offset = offsetof(struct reported_contact, event), \
     .choices = events}
/* clang-format on */

static const struct field reported_fields[] = {REPORTED_FIELDS};

const struct field_table reported_contact_table = FIELD_TABLE(reported_fields);

static const struct field past_fields[] = {
    REPORTED_FIELDS,
    {.name = "source",
     .kind = FIELD_NAME,
     .offset = offsetof(struct past_contact, source),
     .min = 1,
     .max = SOURCE_BYTES_MAX},
    {.name = "recorded_at", .kind = FIELD_ELSEWHERE},
    {.name = "reopened_at", .kind = FIELD_ELSEWHERE},
    {.name = "reassigned_at", .kind = FIELD_ELSEWHERE},
    {.name = "repeat", .kind = FIELD_ELSEWHERE},
};

const struct field_table past_contact_table = FIELD_TABLE(past_fields);

void complete_contact(struct contact *contact, int64_t now_us, const char *pointer,
                      struct mistakes *mistakes) {
    char where[POINTER_BYTES];
    if (contact->solved_at_us == TIME_NONE) {
        contact->solved_at_us = now_us;
    }
    if (contact->solved_at_us > now_us + CLOCK_SKEW_US) {
        snprintf(where, sizeof where, "%s/solved_at", pointer);
        mistakes_add(mistakes, where, "lies in the future; expected a time up to now");
    }
    if (contact->opened_at_us != TIME_NONE && contact->opened_at_us > contact->solved_at_us) {
        snprintf(where, sizeof where, "%s/opened_at", pointer);
        mistakes_add(mistakes, where, "lies after solved_at; expected a time before it");
    }
}
