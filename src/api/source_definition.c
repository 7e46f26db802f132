#include "api/source_definition.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "api/hook_conditions.h"
#include "api/hook_fields.h"
#include "api/hook_value.h"
#include "api/json_pointer.h"
#include "api/source_verifier.h"
#include "base/array.h"
#include "base/cleanup.h"

#define PROVIDER_DEFAULT "custom"
#define DELIVERY_ID      "/delivery_id"

#define VALUE(member, is_required)                                                                 \
    {                                                                                              \
        .name = #member, .kind = FIELD_VALUE, .required = (is_required),                           \
        .offset = offsetof(struct source_definition, member)                                       \
    }

/* Those that are not a part of the definition are read, and taken away, before. */
static const struct field fields[] = {
    {.name = "preset", .kind = FIELD_ELSEWHERE},
    {.name = "secret", .kind = FIELD_ELSEWHERE},
    {.name = "rotate_secret", .kind = FIELD_ELSEWHERE},
    {.name = "previous_valid_s", .kind = FIELD_ELSEWHERE},
    {.name = "provider",
     .kind = FIELD_NAME,
     .offset = offsetof(struct source_definition, provider),
     .min = 1,
     .max = PROVIDER_BYTES_MAX},
    VALUE(verify, true),
    VALUE(delivery_id, false),
    {.name = "survey",
     .kind = FIELD_NAME,
     .offset = offsetof(struct source_definition, survey),
     .min = 1,
     .max = SURVEY_NAME_BYTES_MAX,
     .objection = survey_name_objection},
    {.name = "send", .kind = FIELD_BOOL, .offset = offsetof(struct source_definition, send)},
    VALUE(solved, true),
    VALUE(reopened, false),
    VALUE(fields, true),
};
static const struct field_table table = FIELD_TABLE(fields);

struct delivery_id {
    char *header; /* owned */
    char *pointer;
};

static const struct field id_fields[] = {
    {.name = "header",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct delivery_id, header),
     .min = 1,
     .max = WEBHOOK_HEADER_BYTES_MAX,
     .objection = header_name_objection},
    {.name = "pointer",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct delivery_id, pointer),
     .min = 1,
     .max = JSON_POINTER_BYTES_MAX,
     .objection = json_pointer_objection},
};
static const struct field_table id_table = FIELD_TABLE(id_fields);

static void delivery_id_clear(struct delivery_id *id) {
    free(id->header);
    free(id->pointer);
}

static void read_delivery_id(struct source_definition *definition, struct mistakes *mistakes) {
    CLEANUP(delivery_id_clear) struct delivery_id id = {0};
    if (definition->delivery_id &&
        read_fields(definition->delivery_id, &id_table, DELIVERY_ID, &id, mistakes) &&
        !id.header == !id.pointer) {
        mistakes_add(mistakes, DELIVERY_ID, "must have either header or pointer");
    }
    if (id.header) {
        memcpy(definition->verifier.id_header, id.header, strlen(id.header) + 1);
    } else if (webhook_signs(&definition->verifier, "{id}")) {
        mistakes_add(mistakes, DELIVERY_ID "/header", "required: {id} is a part of what is signed");
    }
}

static void check_conditions(const json_t *alternatives, const char *at,
                             struct mistakes *mistakes) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, at);
    if (alternatives) {
        hook_conditions_check(alternatives, &pointer, mistakes);
    }
}

static void check_fields(const json_t *rules, struct mistakes *mistakes) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, "/fields");
    if (rules) {
        hook_fields_check(rules, &pointer, mistakes);
    }
}

static bool set_shared(json_t *object, const char *name, const json_t *value) {
    return !value || json_object_set(object, name, (json_t *)value) == 0;
}

/* All of it, in the order in which it is read. */
static json_t *whole(struct source_definition *definition) {
    json_t *json = json_pack("{s:s, s:o}", "provider", definition->provider, "verify",
                             source_verifier_to_json(&definition->verifier));
    if (json && set_shared(json, "delivery_id", definition->delivery_id) &&
        set_shared(json, "solved", definition->solved) &&
        (definition->reopened ? set_shared(json, "reopened", definition->reopened)
                              : !json_object_set_new(json, "reopened", json_array())) &&
        set_shared(json, "fields", definition->fields) &&
        (!definition->survey[0] ||
         !json_object_set_new(json, "survey", json_string(definition->survey))) &&
        !json_object_set_new(json, "send", json_boolean(definition->send))) {
        definition->reopened = json_object_get(json, "reopened");
        return json;
    }
    json_decref(json);
    return NULL;
}

bool source_definition_read(const json_t *json, struct source_definition *definition,
                            struct mistakes *mistakes) {
    *definition = (struct source_definition){.provider = PROVIDER_DEFAULT,
                                             .verifier = WEBHOOK_VERIFIER_DEFAULT};
    read_fields(json, &table, "", definition, mistakes);
    if (definition->verify) {
        source_verifier_read(definition->verify, &definition->verifier, mistakes);
    }
    read_delivery_id(definition, mistakes);
    check_conditions(definition->solved, "/solved", mistakes);
    check_conditions(definition->reopened, "/reopened", mistakes);
    check_fields(definition->fields, mistakes);
    if (definition->send && !definition->survey[0]) {
        mistakes_add(mistakes, "/survey", "required: with send, customers are asked something");
    }
    if (!mistakes_none(mistakes)) {
        return false;
    }
    definition->json = whole(definition);
    mistakes->out_of_memory |= !definition->json;
    return definition->json != NULL;
}

void source_definition_clear(struct source_definition *definition) {
    json_decref(definition->json);
    *definition = (struct source_definition){0};
}

json_t *source_delivery_id(const struct source_definition *definition,
                           const struct webhook_message *message, const json_t *body) {
    const char *header = definition->verifier.id_header;
    const char *pointer = json_string_value(json_object_get(definition->delivery_id, "pointer"));
    const json_t *value = pointer ? json_pointer_get(body, pointer) : NULL;
    if (*header) {
        const char *text = webhook_header_value(message, header);
        return text && *text ? json_string(text) : NULL;
    }
    if (!hook_is_there(value) || !hook_is_scalar(value)) {
        return NULL;
    }
    char *text = hook_text(value);
    json_t *id = text ? json_string(text) : NULL;
    free(text);
    return id;
}
