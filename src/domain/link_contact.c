#include "domain/link_contact.h"

#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "domain/survey.h"

#define CLOCK_SKEW_US (300 * US_PER_SECOND)
#define UNIX_S_MAX    INT64_C(253402300799) /* the end of the year 9999 */

struct reading {
    struct contact *contact;
    int64_t now_us;
    int64_t *expires_at_us;
    bool out_of_memory;
};

struct link_field {
    const char *name;
    /* NULL, or why value cannot be used. */
    const char *(*read)(struct reading *reading, const struct link_field *field, const char *value);
    bool repeatable;
    size_t offset; /* of a text in struct contact */
    size_t bytes_max;
    const char *(*objection)(const char *text);
};

static const char *text_objection(const char *value, size_t bytes_max) {
    if (strlen(value) > bytes_max) {
        return "is too long";
    }
    if (text_is_blank(value)) {
        return "is blank";
    }
    return text_has_control(value, false) ? "has control characters" : NULL;
}

static char *copy(struct reading *reading, const char *value) {
    char *made = strdup(value);
    reading->out_of_memory |= !made;
    return made;
}

static const char *read_text(struct reading *reading, const struct link_field *field,
                             const char *value) {
    const char *objection = text_objection(value, field->bytes_max);
    if (!objection && field->objection) {
        objection = field->objection(value);
    }
    if (!objection) {
        char *made = copy(reading, value);
        memcpy((char *)reading->contact + field->offset, &made, sizeof made);
    }
    return objection;
}

/* Helpdesks also write de_AT. */
static const char *read_language(struct reading *reading, const struct link_field *field,
                                 const char *value) {
    const char *objection = read_text(reading, field, value);
    char *language = reading->contact->language;
    for (char *at = language; !objection && at && (at = strchr(at, '_')); at++) {
        *at = '-';
    }
    return objection || !language ? objection : language_objection(language);
}

static const char *read_agent(struct reading *reading, const struct link_field *field,
                              const char *value) {
    struct contact *contact = reading->contact;
    const char *objection = text_objection(value, field->bytes_max);
    if (objection) {
        return objection;
    }
    for (size_t i = 0; i < contact->agent_count; i++) {
        if (strcmp(contact->agents[i], value) == 0) {
            return "names somebody twice";
        }
    }
    if (contact->agent_count == AGENTS_MAX) {
        return "is given more than 8 times";
    }
    contact->agents[contact->agent_count] = copy(reading, value);
    contact->agent_count += !reading->out_of_memory;
    return NULL;
}

static const char *read_solved(struct reading *reading, const struct link_field *field,
                               const char *value) {
    (void)field;
    int64_t time = 0;
    if (parse_int(value, 0, UNIX_S_MAX, &time)) {
        time *= US_PER_SECOND;
    } else if (!time_parse(value, &time)) {
        return "is neither an RFC 3339 time nor unix seconds";
    }
    if (time > reading->now_us + CLOCK_SKEW_US) {
        return "lies in the future";
    }
    reading->contact->solved_at_us = time;
    return NULL;
}

static const char *read_exp(struct reading *reading, const struct link_field *field,
                            const char *value) {
    (void)field;
    int64_t seconds;
    if (!parse_int(value, 0, UNIX_S_MAX, &seconds)) {
        return "is not a time in unix seconds";
    }
    *reading->expires_at_us = seconds * US_PER_SECOND;
    return NULL;
}

/* The page reads answers itself: those that its survey does not ask are nobody's mistake. */
static const char *read_answer(struct reading *reading, const struct link_field *field,
                               const char *value) {
    (void)reading;
    (void)field;
    (void)value;
    return NULL;
}

#define TEXT(parameter, member, max, why)                                                          \
    {                                                                                              \
        .name = (parameter), .read = read_text, .offset = offsetof(struct contact, member),        \
        .bytes_max = (max), .objection = (why)                                                     \
    }
#define ANSWER(parameter)                                                                          \
    { .name = (parameter), .read = read_answer }

static const struct link_field fields[] = {
    TEXT("contact", ref, CONTACT_REF_BYTES_MAX, NULL),
    {.name = "agent", .read = read_agent, .repeatable = true, .bytes_max = DIMENSION_BYTES_MAX},
    TEXT("team", team, DIMENSION_BYTES_MAX, NULL),
    TEXT("channel", channel, DIMENSION_BYTES_MAX, NULL),
    TEXT("reason", reason, DIMENSION_BYTES_MAX, NULL),
    {.name = "language",
     .read = read_language,
     .offset = offsetof(struct contact, language),
     .bytes_max = LANGUAGE_BYTES_MAX},
    TEXT("customer", customer_ref, CUSTOMER_TEXT_BYTES_MAX, NULL),
    TEXT("email", customer_email, CUSTOMER_TEXT_BYTES_MAX, email_objection),
    TEXT("name", customer_name, CUSTOMER_TEXT_BYTES_MAX, NULL),
    {.name = "solved", .read = read_solved},
    {.name = "exp", .read = read_exp},
    ANSWER("understood"),
    ANSWER("csat"),
    ANSWER("nps"),
    ANSWER("ces"),
};

static const struct link_field *find_field(const char *name) {
    for (size_t i = 0; i < COUNT(fields); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool may_be_empty(const struct link_field *field) {
    return field->read != read_exp;
}

/* Why the parameter cannot be used, or NULL; seen has a bit for each field that was there. */
static const char *read_param(struct reading *reading, const struct link_field *field,
                              const char *value, unsigned *seen) {
    unsigned bit = 1U << (field - fields);
    if ((*seen & bit) && !field->repeatable) {
        return "is given more than once";
    }
    *seen |= bit;
    return *value || !may_be_empty(field) ? field->read(reading, field, value) : NULL;
}

static void note(struct link_fault *fault, const char *parameter, const char *detail) {
    if (detail && !fault->detail) {
        *fault = (struct link_fault){parameter, detail};
    }
}

bool link_read(const struct link_address *address, int64_t now_us, struct contact *contact,
               int64_t *expires_at_us, struct link_fault *fault) {
    struct reading reading = {.contact = contact, .now_us = now_us, .expires_at_us = expires_at_us};
    unsigned seen = 0;
    contact->solved_at_us = now_us;
    *expires_at_us = INT64_MAX;
    *fault = (struct link_fault){NULL, NULL};
    for (size_t i = 0; i < address->count; i++) {
        const struct link_param *param = &address->params[i];
        const struct link_field *field = find_field(param->name);
        if (field) {
            note(fault, field->name, read_param(&reading, field, param->value, &seen));
        }
    }
    if (!contact->ref) {
        note(fault, "contact", "is missing");
    }
    return !reading.out_of_memory;
}
