#include "api/hook_rule.h"

#include <stdlib.h>
#include <string.h>

#include "api/hook_value.h"
#include "api/json_pointer.h"
#include "base/cleanup.h"

/* A rule being followed. */
struct walk {
    const json_t *body;
    bool is_list;
    struct mistakes *mistakes;
    struct hook_found *found;
    bool out_of_memory;
};

/* Each gives a new reference to a scalar (in a list, an array of scalars), or NULL for nothing. */
static json_t *follow(struct walk *walk, const json_t *rule);

static json_t *keep(struct walk *walk, json_t *made) {
    walk->out_of_memory |= !made;
    return made;
}

static void object_to_kind(struct walk *walk, const char *pointer, const json_t *value) {
    mistakes_add(walk->mistakes, pointer, "expected a text or a number, got an %s",
                 json_is_array(value) ? "array" : "object");
}

static void append_element(struct walk *walk, json_t *list, const json_t *element, const char *each,
                           const char *pointer) {
    const json_t *value = each ? json_pointer_get(element, each) : element;
    if (!hook_is_there(value)) {
        return;
    }
    if (!hook_is_scalar(value)) {
        object_to_kind(walk, pointer, value);
        return;
    }
    walk->out_of_memory |= json_array_append(list, (json_t *)value) != 0;
}

/* An array's elements; anything else is a list of one. */
static json_t *take_list(struct walk *walk, const json_t *value, const char *each,
                         const char *pointer) {
    json_t *list = keep(walk, json_array());
    if (!json_is_array(value)) {
        append_element(walk, list, value, each, pointer);
    }
    for (size_t i = 0; list && i < json_array_size(value); i++) {
        append_element(walk, list, json_array_get(value, i), each, pointer);
    }
    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *take_one(struct walk *walk, const json_t *value, const char *pointer) {
    if (!hook_is_scalar(value)) {
        object_to_kind(walk, pointer, value);
        return NULL;
    }
    return json_incref((json_t *)value);
}

static json_t *follow_pointer(struct walk *walk, const char *pointer, const char *each) {
    const json_t *value = json_pointer_get(walk->body, pointer);
    if (!hook_is_there(value)) {
        return NULL;
    }
    json_t *taken =
        walk->is_list ? take_list(walk, value, each, pointer) : take_one(walk, value, pointer);
    if (taken) {
        walk->found->origin = HOOK_FROM_BODY;
        walk->out_of_memory |=
            json_array_append_new(walk->found->pointers, json_string(pointer)) != 0;
    }
    return taken;
}

static json_t *follow_first(struct walk *walk, const json_t *rules) {
    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *value = follow(walk, json_array_get(rules, i));
        if (value) {
            return value;
        }
    }
    return NULL;
}

static void append_all(struct walk *walk, json_t *list, json_t *value) {
    if (json_is_array(value)) {
        walk->out_of_memory |= json_array_extend(list, value) != 0;
    } else if (value) {
        walk->out_of_memory |= json_array_append(list, value) != 0;
    }
    json_decref(value);
}

static json_t *follow_all(struct walk *walk, const json_t *rules) {
    json_t *list = keep(walk, json_array());
    for (size_t i = 0; list && i < json_array_size(rules); i++) {
        append_all(walk, list, follow(walk, json_array_get(rules, i)));
    }
    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static void append_joined(struct walk *walk, struct text *joined, const json_t *value,
                          const char *with) {
    char *text = hook_text(value);
    walk->out_of_memory |= !text;
    if (text && *text) {
        text_append(joined, joined->length ? with : "");
        text_append(joined, text);
    }
    free(text);
}

static json_t *follow_join(struct walk *walk, const json_t *rules, const char *with) {
    CLEANUP(json_decrefp) json_t *values = follow_all(walk, rules);
    CLEANUP(text_clear) struct text joined = {0};
    for (size_t i = 0; i < json_array_size(values); i++) {
        append_joined(walk, &joined, json_array_get(values, i), with ? with : " ");
    }
    walk->out_of_memory |= joined.failed;
    return joined.length ? keep(walk, json_string(joined.bytes)) : NULL;
}

static json_t *follow_literal(struct walk *walk, const json_t *literal) {
    walk->found->origin = HOOK_FROM_LITERAL;
    return json_incref((json_t *)literal);
}

/* ---- what is done with what was found ---- */

static json_t *prefixed(struct walk *walk, const char *prefix, const json_t *scalar) {
    char *text = hook_text(scalar);
    json_t *value = text ? json_sprintf("%s%s", prefix, text) : NULL;
    free(text);
    return keep(walk, value);
}

/* NULL when the map says that it is nothing: "". */
static json_t *mapped(struct walk *walk, const json_t *rule, const json_t *scalar) {
    const char *prefix = json_string_value(json_object_get(rule, "prefix"));
    char *text = hook_text(scalar);
    const json_t *other = text ? json_object_get(json_object_get(rule, "map"), text) : NULL;
    walk->out_of_memory |= !text;
    free(text);
    const json_t *value = other ? other : scalar;
    if (!hook_is_there(value)) {
        return NULL;
    }
    return prefix ? prefixed(walk, prefix, value) : json_incref((json_t *)value);
}

static json_t *map_list(struct walk *walk, const json_t *rule, const json_t *values) {
    json_t *list = keep(walk, json_array());
    for (size_t i = 0; list && i < json_array_size(values); i++) {
        append_all(walk, list, mapped(walk, rule, json_array_get(values, i)));
    }
    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

/* Takes value. */
static json_t *map_all(struct walk *walk, const json_t *rule, json_t *value) {
    if (!value || !(json_object_get(rule, "map") || json_object_get(rule, "prefix"))) {
        return value;
    }
    json_t *made = json_is_array(value) ? map_list(walk, rule, value) : mapped(walk, rule, value);
    json_decref(value);
    return made;
}

static json_t *follow_kind(struct walk *walk, const json_t *rule) {
    const json_t *inner;
    if ((inner = json_object_get(rule, "literal"))) {
        return follow_literal(walk, inner);
    }
    if ((inner = json_object_get(rule, "first"))) {
        return follow_first(walk, inner);
    }
    if ((inner = json_object_get(rule, "join"))) {
        return follow_join(walk, inner, json_string_value(json_object_get(rule, "with")));
    }
    return follow_pointer(walk, json_string_value(json_object_get(rule, "pointer")),
                          json_string_value(json_object_get(rule, "each")));
}

static json_t *follow_object(struct walk *walk, const json_t *rule) {
    json_t *value = map_all(walk, rule, follow_kind(walk, rule));
    const json_t *fallback = json_object_get(rule, "default");
    if (!value && fallback) {
        walk->found->origin = HOOK_FROM_DEFAULT;
        value = json_incref((json_t *)fallback);
    }
    return value;
}

static json_t *follow(struct walk *walk, const json_t *rule) {
    if (json_is_array(rule)) {
        return walk->is_list ? follow_all(walk, rule) : follow_first(walk, rule);
    }
    return json_is_object(rule) ? follow_object(walk, rule)
                                : follow_pointer(walk, json_string_value(rule), NULL);
}

bool hook_rule_follow(const json_t *rule, bool is_list, const json_t *body,
                      struct mistakes *mistakes, struct hook_found *found) {
    struct walk walk = {.body = body, .is_list = is_list, .mistakes = mistakes, .found = found};
    *found = (struct hook_found){.pointers = json_array()};
    found->value = follow(&walk, rule);
    return !walk.out_of_memory && found->pointers;
}

void hook_found_clear(struct hook_found *found) {
    json_decref(found->value);
    json_decref(found->pointers);
    *found = (struct hook_found){0};
}

void hook_rule_pointers(const json_t *rule, json_t *pointers) {
    static const char *const inner[] = {"pointer", "first", "join"};
    if (json_is_string(rule)) {
        json_array_append(pointers, (json_t *)rule);
    }
    for (size_t i = 0; i < json_array_size(rule); i++) {
        hook_rule_pointers(json_array_get(rule, i), pointers);
    }
    for (size_t i = 0; json_is_object(rule) && i < sizeof inner / sizeof *inner; i++) {
        hook_rule_pointers(json_object_get(rule, inner[i]), pointers);
    }
}
