#include "api/hook_contact.h"

#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "api/hook_fields.h"
#include "api/hook_rule.h"
#include "api/hook_value.h"
#include "api/json_pointer.h"
#include "base/cleanup.h"
#include "base/time.h"

#define FIELDS "/fields"

/* ---- values, as the contact's table wants them; new references ---- */

static json_t *as_text(const json_t *value, enum hook_kind kind) {
    char *text = hook_text(value);
    for (char *at = text; at && *at && kind == HOOK_LANGUAGE; at++) {
        if (*at == '_') {
            *at = '-';
        }
    }
    json_t *made = text ? json_string(text) : NULL;
    free(text);
    return made;
}

static bool has_text(const json_t *list, const json_t *text) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (json_equal(json_array_get(list, i), text)) {
            return true;
        }
    }
    return false;
}

/* Each once, and no more than a contact has. */
static json_t *as_list(const json_t *values) {
    json_t *list = json_array();
    size_t count = json_is_array(values) ? json_array_size(values) : 1;
    for (size_t i = 0; list && i < count && json_array_size(list) < AGENTS_MAX; i++) {
        const json_t *value = json_is_array(values) ? json_array_get(values, i) : values;
        CLEANUP(json_decrefp) json_t *text = as_text(value, HOOK_TEXT);
        if (text && !has_text(list, text)) {
            json_array_append(list, text);
        }
    }
    return list;
}

/* What is no number stays a text, for the table to refuse. */
static json_t *as_number(const json_t *value) {
    if (json_is_string(value)) {
        json_t *number = json_loads(json_string_value(value), JSON_DECODE_ANY, NULL);
        if (json_is_number(number)) {
            return number;
        }
        json_decref(number);
    }
    return json_incref((json_t *)value);
}

static json_t *as_time(const json_t *value) {
    int64_t time_us;
    char text[TIME_TEXT_SIZE];
    if (!hook_time(value, &time_us)) {
        return as_text(value, HOOK_TEXT);
    }
    time_format(time_us, text);
    return json_string(text);
}

static json_t *converted(const json_t *value, enum hook_kind kind) {
    switch (kind) {
    case HOOK_LIST:
        return as_list(value);
    case HOOK_NUMBER:
        return as_number(value);
    case HOOK_TIME:
        return as_time(value);
    case HOOK_TEXT:
    case HOOK_LANGUAGE:
        break;
    }
    return as_text(value, kind);
}

/* ---- from body to contact ---- */

struct mapping {
    json_t *contact; /* owned; what contact_table reads */
    json_t *entries; /* lent; what is told of each rule */
    bool failed;
};

static void put(struct mapping *mapping, const char *pointer, json_t *value) {
    const char *inner = strrchr(pointer, '/');
    json_t *object = mapping->contact;
    if (inner != pointer) {
        object = json_object_get(mapping->contact, "customer");
    }
    mapping->failed |= json_object_set_new(object, inner + 1, value) != 0;
}

static const char *origin_member(enum hook_origin origin) {
    return origin == HOOK_FROM_LITERAL ? "literal" : "default";
}

/* Takes value. */
static json_t *told_of(const char *pointer, const json_t *rule, const struct hook_found *found,
                       const json_t *value) {
    json_t *entry = json_object();
    json_object_set_new(entry, "field", json_sprintf(FIELDS "%s", pointer));
    if (!found->value) {
        json_t *tried = json_array();
        hook_rule_pointers(rule, tried);
        json_object_set_new(entry, "tried", tried);
        return entry;
    }
    if (found->origin == HOOK_FROM_BODY) {
        json_object_set(entry, "pointers", found->pointers);
    } else {
        json_object_set_new(entry, origin_member(found->origin), json_true());
    }
    json_object_set(entry, "value", (json_t *)value);
    return entry;
}

static void add_mistake(json_t *entry, const json_t *detail) {
    json_t *mistakes = json_object_get(entry, "mistakes");
    if (!mistakes) {
        mistakes = json_array();
        json_object_set_new(entry, "mistakes", mistakes);
    }
    json_array_append(mistakes, (json_t *)detail);
}

/* What the rule itself stumbled over, each with its place in the body. */
static void tell_stumbles(json_t *entry, const struct mistakes *mistakes) {
    for (size_t i = 0; i < json_array_size(mistakes->list); i++) {
        const json_t *mistake = json_array_get(mistakes->list, i);
        CLEANUP(json_decrefp)
        json_t *detail =
            json_sprintf("%s: %s", json_string_value(json_object_get(mistake, "pointer")),
                         json_string_value(json_object_get(mistake, "detail")));
        add_mistake(entry, detail);
    }
}

static void map_field(struct mapping *mapping, const struct hook_field *field, const json_t *rule,
                      const json_t *body) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    struct hook_found found;
    mapping->failed |= !hook_rule_follow(rule, field->kind == HOOK_LIST, body, &mistakes, &found);
    CLEANUP(json_decrefp)
    json_t *value = found.value ? converted(found.value, field->kind) : NULL;
    json_t *entry = told_of(field->pointer, rule, &found, value);
    tell_stumbles(entry, &mistakes);
    mapping->failed |= (found.value && !value) || json_array_append_new(mapping->entries, entry);
    if (value) {
        put(mapping, field->pointer, json_incref(value));
    }
    hook_found_clear(&found);
}

/* A mistake at /fields/agents/1 belongs to /fields/agents. */
static json_t *entry_at(const json_t *entries, const char *pointer) {
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *entry = json_array_get(entries, i);
        const char *field = json_string_value(json_object_get(entry, "field"));
        size_t length = strlen(field);
        if (strncmp(pointer, field, length) == 0 && strchr("/", pointer[length])) {
            return entry;
        }
    }
    return NULL;
}

static void tell_mistakes(const json_t *entries, const struct mistakes *mistakes) {
    for (size_t i = 0; i < json_array_size(mistakes->list); i++) {
        const json_t *mistake = json_array_get(mistakes->list, i);
        json_t *entry = entry_at(entries, json_string_value(json_object_get(mistake, "pointer")));
        if (entry && !json_object_get(entry, "tried")) {
            add_mistake(entry, json_object_get(mistake, "detail"));
        }
    }
}

/* Times that cannot be do not keep the contact out. */
static void mend_times(struct contact *contact, int64_t now_us) {
    if (contact->solved_at_us > now_us) {
        contact->solved_at_us = now_us;
    }
    if (contact->opened_at_us > contact->solved_at_us) {
        contact->opened_at_us = TIME_NONE;
    }
}

static bool read_mapped(const struct mapping *mapping, int64_t now_us, struct hook_contact *found) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    read_fields(mapping->contact, &contact_table, FIELDS, &found->contact, &mistakes);
    found->time_us = found->contact.solved_at_us;
    complete_contact(&found->contact, now_us, FIELDS, &mistakes);
    mend_times(&found->contact, now_us);
    tell_mistakes(mapping->entries, &mistakes);
    return !mistakes.out_of_memory;
}

bool hook_read_contact(const json_t *rules, const json_t *body, int64_t now_us,
                       struct hook_contact *found) {
    CLEANUP(json_decrefp) json_t *contact = json_pack("{s:{}}", "customer");
    found->fields = json_array();
    struct mapping mapping = {.contact = contact, .entries = found->fields, .failed = !contact};
    for (size_t i = 0; i < hook_field_count && !mapping.failed; i++) {
        const json_t *rule = json_pointer_get(rules, hook_fields[i].pointer);
        if (rule) {
            map_field(&mapping, &hook_fields[i], rule, body);
        }
    }
    return !mapping.failed && read_mapped(&mapping, now_us, found);
}

void hook_contact_clear(struct hook_contact *found) {
    contact_clear(&found->contact);
    json_decref(found->fields);
    *found = HOOK_CONTACT_NONE;
}
