#include <string.h>

#include "api/hook_rule.h"
#include "api/hook_value.h"
#include "api/json_pointer.h"
#include "base/array.h"

#define LITERAL_BYTES_MAX 320
#define MAP_SIZE_MAX      200

/* A rule on the way to it. */
struct check {
    struct text *pointer;
    struct mistakes *mistakes;
    bool is_list;
    unsigned depth;
};

static void check_rule(const struct check *check, const json_t *rule);

static void check_inner(const struct check *check, const json_t *rule) {
    struct check inner = *check;
    inner.depth++;
    check_rule(&inner, rule);
}

static void check_pointer(const struct check *check, const json_t *value) {
    const char *text = json_string_value(value);
    const char *objection = text ? json_pointer_objection(text) : "must be a JSON Pointer, as text";
    if (objection) {
        pointer_mistake(check->mistakes, check->pointer,
                        "%s; a text of your own is written "
                        "{\"literal\": ..}",
                        objection);
    }
}

static void check_rules(const struct check *check, const json_t *rules) {
    size_t count = json_array_size(rules);
    if (!json_is_array(rules) || count == 0 || count > HOOK_RULES_MAX) {
        pointer_mistake(check->mistakes, check->pointer, "must be an array of 1 to 16 rules");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t before = pointer_enter_index(check->pointer, i);
        check_inner(check, json_array_get(rules, i));
        pointer_leave(check->pointer, before);
    }
}

static void check_scalar(const struct check *check, const json_t *value) {
    if (!hook_is_scalar(value)) {
        pointer_mistake(check->mistakes, check->pointer, "must be a text, a number, true or false");
    } else if (json_is_string(value) && json_string_length(value) > LITERAL_BYTES_MAX) {
        pointer_mistake(check->mistakes, check->pointer, "has more than 320 bytes");
    }
}

static void check_text(const struct check *check, const json_t *value) {
    if (!json_is_string(value) || json_string_length(value) > LITERAL_BYTES_MAX) {
        pointer_mistake(check->mistakes, check->pointer, "must be a text of at most 320 bytes");
    }
}

static void check_map(const struct check *check, const json_t *map) {
    const char *name;
    json_t *value;
    if (!json_is_object(map) || json_object_size(map) > MAP_SIZE_MAX) {
        pointer_mistake(check->mistakes, check->pointer,
                        "must be an object of at most 200 values, such as {\"1\": \"email\"}");
        return;
    }
    json_object_foreach((json_t *)map, name, value) {
        size_t before = pointer_enter(check->pointer, name);
        check_scalar(check, value);
        pointer_leave(check->pointer, before);
    }
}

static void check_each(const struct check *check, const json_t *value) {
    if (check->is_list) {
        check_pointer(check, value);
    } else {
        pointer_mistake(check->mistakes, check->pointer, "is for fields that are lists: agents");
    }
}

static const struct member {
    const char *name;
    void (*check)(const struct check *check, const json_t *value);
    bool is_kind; /* exactly one of these says what kind of rule it is */
    const char *only_with;
} members[] = {
    {"pointer", check_pointer, true, NULL}, {"literal", check_scalar, true, NULL},
    {"first", check_rules, true, NULL},     {"join", check_rules, true, NULL},
    {"each", check_each, false, "pointer"}, {"with", check_text, false, "join"},
    {"map", check_map, false, NULL},        {"prefix", check_text, false, NULL},
    {"default", check_scalar, false, NULL},
};

static const struct member *find_member(const char *name) {
    for (size_t i = 0; i < COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            return &members[i];
        }
    }
    return NULL;
}

static void check_member(const struct check *check, const json_t *rule, const char *name,
                         const json_t *value) {
    const struct member *member = find_member(name);
    size_t before = pointer_enter(check->pointer, name);
    if (!member) {
        pointer_mistake(check->mistakes, check->pointer,
                        "unknown member; known are pointer, literal, first, join, each, with, map, "
                        "prefix, default");
    } else if (member->only_with && !json_object_get(rule, member->only_with)) {
        pointer_mistake(check->mistakes, check->pointer, "means nothing without %s",
                        member->only_with);
    } else {
        member->check(check, value);
    }
    pointer_leave(check->pointer, before);
}

static void check_object(const struct check *check, const json_t *rule) {
    const char *name;
    json_t *value;
    unsigned kinds = 0;
    json_object_foreach((json_t *)rule, name, value) {
        const struct member *member = find_member(name);
        kinds += member && member->is_kind;
        check_member(check, rule, name, value);
    }
    if (kinds != 1) {
        pointer_mistake(check->mistakes, check->pointer,
                        "must have exactly one of pointer, literal, first and join");
    }
}

static void check_rule(const struct check *check, const json_t *rule) {
    if (check->depth > HOOK_RULE_DEPTH_MAX) {
        pointer_mistake(check->mistakes, check->pointer, "is nested more than 4 deep");
    } else if (json_is_array(rule)) {
        check_rules(check, rule);
    } else if (json_is_object(rule)) {
        check_object(check, rule);
    } else {
        check_pointer(check, rule);
    }
}

void hook_rule_check(const json_t *rule, bool is_list, struct text *pointer,
                     struct mistakes *mistakes) {
    const struct check check = {.pointer = pointer, .mistakes = mistakes, .is_list = is_list};
    check_rule(&check, rule);
}
