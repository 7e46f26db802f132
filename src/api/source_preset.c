#include "api/source_preset.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/embedded.h"

#define FOLDER          "config/presets/"
#define NAMES_SIZE      200
#define FILE_NAME_BYTES 96

static bool is_preset(const struct embedded_file *file) {
    return strncmp(file->name, FOLDER, strlen(FOLDER)) == 0;
}

static json_t *parse(const struct embedded_file *file) {
    return json_loadb(file->bytes, file->length, 0, NULL);
}

json_t *source_presets(void) {
    json_t *presets = json_array();
    for (unsigned long i = 0; i < embedded_file_count; i++) {
        if (is_preset(&embedded_files[i])) {
            json_array_append_new(presets, parse(&embedded_files[i]));
        }
    }
    return presets;
}

static void list_names(char names[NAMES_SIZE]) {
    size_t length = 0;
    for (unsigned long i = 0; i < embedded_file_count && length < NAMES_SIZE; i++) {
        const char *name = embedded_files[i].name + strlen(FOLDER);
        if (is_preset(&embedded_files[i])) {
            length += (size_t)snprintf(names + length, NAMES_SIZE - length, "%s%.*s",
                                       length ? ", " : "", (int)strcspn(name, "."), name);
        }
    }
}

static json_t *load(const char *name) {
    char path[FILE_NAME_BYTES];
    snprintf(path, sizeof path, FOLDER "%s.json", name);
    const struct embedded_file *file = embedded_file(path);
    return file ? parse(file) : NULL;
}

/* RFC 7396, for one level. */
static void merge(json_t *target, const json_t *patch) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)patch, name, value) {
        if (json_is_null(value)) {
            json_object_del(target, name);
        } else {
            json_object_set(target, name, value);
        }
    }
}

/* Moves a member that both have as objects from patch into target's, member by member. */
static void merge_member(json_t *target, json_t *patch, const char *name) {
    json_t *old = json_object_get(target, name);
    json_t *value = json_object_get(patch, name);
    if (json_is_object(old) && json_is_object(value)) {
        merge(old, value);
        json_object_del(patch, name);
    }
}

/* What belongs to another scheme means nothing. */
static void drop_other_scheme(json_t *definition, const json_t *json) {
    const json_t *scheme = json_object_get(json_object_get(json, "verify"), "scheme");
    const json_t *old = json_object_get(json_object_get(definition, "verify"), "scheme");
    if (scheme && !json_equal(scheme, old)) {
        json_object_del(definition, "verify");
    }
}

static void merge_definition(json_t *definition, json_t *json) {
    merge_member(json_object_get(definition, "fields"), json_object_get(json, "fields"),
                 "customer");
    merge_member(definition, json, "fields");
    drop_other_scheme(definition, json);
    merge_member(definition, json, "verify");
    merge(definition, json);
}

json_t *source_with_preset(const json_t *json, struct mistakes *mistakes) {
    const json_t *name = json_object_get(json, "preset");
    json_t *own = json_deep_copy(json);
    if (!name || json_is_null(name)) {
        json_object_del(own, "preset");
        return own;
    }
    CLEANUP(json_decrefp)
    json_t *preset = json_is_string(name) ? load(json_string_value(name)) : NULL;
    json_t *definition = json_incref(json_object_get(preset, "definition"));
    if (!definition) {
        char names[NAMES_SIZE] = "";
        list_names(names);
        mistakes_add(mistakes, "/preset", "expected one of %s; see GET /v1/sources/presets", names);
    } else {
        json_object_del(own, "preset");
        merge_definition(definition, own);
    }
    json_decref(own);
    return definition;
}
