#include "api/hook_fields.h"

#include <string.h>

#include "api/hook_rule.h"
#include "api/json_pointer.h"
#include "base/array.h"

const struct hook_field hook_fields[] = {
    {"/ref", HOOK_TEXT},
    {"/agents", HOOK_LIST},
    {"/team", HOOK_TEXT},
    {"/channel", HOOK_TEXT},
    {"/reason", HOOK_TEXT},
    {"/language", HOOK_LANGUAGE},
    {"/customer/ref", HOOK_TEXT},
    {"/customer/email", HOOK_TEXT},
    {"/customer/name", HOOK_TEXT},
    {"/solved_at", HOOK_TIME},
    {"/opened_at", HOOK_TIME},
    {"/handled_s", HOOK_NUMBER},
    {"/credit_amount", HOOK_NUMBER},
};
const size_t hook_field_count = COUNT(hook_fields);

static bool is_known(const char *prefix, const char *name) {
    size_t length = strlen(prefix);
    for (size_t i = 0; i < COUNT(hook_fields); i++) {
        const char *pointer = hook_fields[i].pointer;
        size_t next = length + 1 + strlen(name);
        if (strncmp(pointer, prefix, length) == 0 &&
            strncmp(pointer + length + 1, name, strlen(name)) == 0 && strlen(pointer) >= next &&
            (pointer[next] == '\0' || pointer[next] == '/')) {
            return true;
        }
    }
    return false;
}

/* object: the rules, or those of "/customer" in them. */
static void check_names(const json_t *object, const char *prefix, struct text *pointer,
                        struct mistakes *mistakes) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        if (!is_known(prefix, name)) {
            size_t before = pointer_enter(pointer, name);
            pointer_mistake(
                mistakes, pointer,
                "is no field of a contact; known are ref, agents, team, channel, reason, "
                "language, customer {ref, email, name}, solved_at, opened_at, "
                "handled_s, credit_amount");
            pointer_leave(pointer, before);
        }
    }
}

void hook_fields_check(const json_t *fields, struct text *pointer, struct mistakes *mistakes) {
    const json_t *customer = json_object_get(fields, "customer");
    if (!json_is_object(fields) || (customer && !json_is_object(customer))) {
        pointer_mistake(mistakes, pointer, "must be an object of rules; so must customer be in it");
        return;
    }
    check_names(fields, "", pointer, mistakes);
    size_t outside = pointer_enter(pointer, "customer");
    check_names(customer, "/customer", pointer, mistakes);
    pointer_leave(pointer, outside);
    for (size_t i = 0; i < COUNT(hook_fields); i++) {
        const json_t *rule = json_pointer_get(fields, hook_fields[i].pointer);
        size_t before = pointer->length;
        text_append(pointer, hook_fields[i].pointer);
        if (rule) {
            hook_rule_check(rule, hook_fields[i].kind == HOOK_LIST, pointer, mistakes);
        } else if (i == 0) {
            pointer_mistake(mistakes, pointer, "required: without it no contact is known");
        }
        pointer_leave(pointer, before);
    }
}
