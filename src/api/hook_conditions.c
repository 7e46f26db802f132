#include "api/hook_conditions.h"

#include <string.h>

#include "api/hook_value.h"
#include "api/json_pointer.h"
#include "api/source_verifier.h"
#include "base/cleanup.h"

#define IN_MAX 100

/* ---- as they are defined ---- */

static void check_pointer(const json_t *value, struct text *pointer, struct mistakes *mistakes) {
    const char *text = json_string_value(value);
    const char *objection = text ? json_pointer_objection(text) : "must be a JSON Pointer, as text";
    if (objection) {
        pointer_mistake(mistakes, pointer, "%s", objection);
    }
}

static void check_header(const json_t *value, struct text *pointer, struct mistakes *mistakes) {
    const char *name = json_string_value(value);
    size_t length = json_string_length(value);
    if (length == 0 || length > WEBHOOK_HEADER_BYTES_MAX || header_name_objection(name)) {
        pointer_mistake(mistakes, pointer, "must be a header's name");
    }
}

static void check_equals(const json_t *value, struct text *pointer, struct mistakes *mistakes) {
    if (!hook_is_scalar(value)) {
        pointer_mistake(mistakes, pointer, "must be a text, a number, true or false");
    }
}

static void check_in(const json_t *values, struct text *pointer, struct mistakes *mistakes) {
    if (json_array_size(values) == 0 || json_array_size(values) > IN_MAX) {
        pointer_mistake(mistakes, pointer, "must be an array of 1 to 100 values");
    }
    for (size_t i = 0; i < json_array_size(values); i++) {
        size_t before = pointer_enter_index(pointer, i);
        check_equals(json_array_get(values, i), pointer, mistakes);
        pointer_leave(pointer, before);
    }
}

static void check_exists(const json_t *value, struct text *pointer, struct mistakes *mistakes) {
    if (!json_is_boolean(value)) {
        pointer_mistake(mistakes, pointer, "must be true or false");
    }
}

static const struct member {
    const char *name;
    void (*check)(const json_t *value, struct text *pointer, struct mistakes *mistakes);
    bool is_place;
} members[] = {
    {"pointer", check_pointer, true}, {"header", check_header, true},
    {"equals", check_equals, false},  {"in", check_in, false},
    {"exists", check_exists, false},
};
#define MEMBERS (sizeof members / sizeof *members)

static void check_condition(const json_t *condition, struct text *pointer,
                            struct mistakes *mistakes) {
    size_t known = 0;
    size_t places = 0;
    for (size_t i = 0; i < MEMBERS; i++) {
        const json_t *value = json_object_get(condition, members[i].name);
        if (value) {
            size_t before = pointer_enter(pointer, members[i].name);
            members[i].check(value, pointer, mistakes);
            pointer_leave(pointer, before);
            places += members[i].is_place;
            known++;
        }
    }
    if (places != 1 || known != 2 || json_object_size(condition) != 2) {
        pointer_mistake(mistakes, pointer,
                        "must be {\"pointer\" or \"header\": .., \"equals\", \"in\" or \"exists\": "
                        "..}, one of each and nothing else");
    }
}

static void check_alternative(const json_t *alternative, struct text *pointer,
                              struct mistakes *mistakes) {
    if (!json_is_array(alternative) || json_array_size(alternative) > HOOK_CONDITIONS_MAX) {
        pointer_mistake(mistakes, pointer,
                        "must be an array of at most 16 conditions, which all must hold");
        return;
    }
    for (size_t i = 0; i < json_array_size(alternative); i++) {
        size_t before = pointer_enter_index(pointer, i);
        check_condition(json_array_get(alternative, i), pointer, mistakes);
        pointer_leave(pointer, before);
    }
}

void hook_conditions_check(const json_t *alternatives, struct text *pointer,
                           struct mistakes *mistakes) {
    if (!json_is_array(alternatives) || json_array_size(alternatives) > HOOK_ALTERNATIVES_MAX) {
        pointer_mistake(mistakes, pointer,
                        "must be an array of at most 16 alternatives, each an array of conditions");
        return;
    }
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        size_t before = pointer_enter_index(pointer, i);
        check_alternative(json_array_get(alternatives, i), pointer, mistakes);
        pointer_leave(pointer, before);
    }
}

/* ---- as they hold ---- */

static bool equals_one(const json_t *value, const json_t *wanted) {
    if (!json_is_array(wanted)) {
        return hook_equal(value, wanted);
    }
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        if (hook_equal(value, json_array_get(wanted, i))) {
            return true;
        }
    }
    return false;
}

/* A new reference, or NULL. Headers that are no UTF-8 equal nothing. */
static json_t *value_at(const json_t *condition, const json_t *body,
                        const struct webhook_message *message) {
    const char *pointer = json_string_value(json_object_get(condition, "pointer"));
    if (pointer) {
        return json_incref((json_t *)json_pointer_get(body, pointer));
    }
    const char *header = json_string_value(json_object_get(condition, "header"));
    const char *value = webhook_header_value(message, header);
    return value ? json_string(value) : NULL;
}

static bool holds(const json_t *condition, const json_t *body,
                  const struct webhook_message *message) {
    CLEANUP(json_decrefp) json_t *value = value_at(condition, body, message);
    const json_t *exists = json_object_get(condition, "exists");
    if (exists) {
        return json_is_true(exists) == (value && !json_is_null(value));
    }
    const json_t *equals = json_object_get(condition, "equals");
    return value && hook_is_scalar(value) &&
           equals_one(value, equals ? equals : json_object_get(condition, "in"));
}

const json_t *hook_condition_failing(const json_t *alternative, const json_t *body,
                                     const struct webhook_message *message) {
    for (size_t i = 0; i < json_array_size(alternative); i++) {
        const json_t *condition = json_array_get(alternative, i);
        if (!holds(condition, body, message)) {
            return condition;
        }
    }
    return NULL;
}

int hook_conditions_which(const json_t *alternatives, const json_t *body,
                          const struct webhook_message *message) {
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        if (!hook_condition_failing(json_array_get(alternatives, i), body, message)) {
            return (int)i;
        }
    }
    return -1;
}
