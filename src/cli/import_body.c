#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/csv.h"
#include "base/parse.h"
#include "cli/import_columns.h"

struct body {
    json_t *objects[BODY_OBJECTS]; /* borrowed, but for the first */
};

static json_t *object_of(struct body *body,
                         enum body_object which) { /* NOLINT(misc-no-recursion) */
    if (!body->objects[which]) {
        json_t *made = json_object();
        json_object_set_new_nocheck(object_of(body, body_places[which].in),
                                    body_places[which].member, made);
        body->objects[which] = made;
    }
    return body->objects[which];
}

/* What is no number stays text: the field tables say what was expected. */
static json_t *number_of(const char *field) {
    int64_t whole;
    if (parse_int(field, INT64_MIN, INT64_MAX, &whole)) {
        return json_integer(whole);
    }
    char *end;
    errno = 0;
    double value = strtod(field, &end);
    bool plain = strspn(field, "+-.0123456789") == strlen(field);
    return plain && *end == '\0' && errno == 0 && isfinite(value) ? json_real(value)
                                                                  : json_string(field);
}

static json_t *text_of(const char *field, size_t length) {
    size_t guard = csv_guard_length(field);
    return json_stringn(field + guard, length - guard);
}

static json_t *texts_of(const char *field) {
    json_t *array = json_array();
    for (const char *at = field; at;) {
        const char *end = strstr(at, "; ");
        if (json_array_append_new(array, text_of(at, end ? (size_t)(end - at) : strlen(at)))) {
            json_decref(array);
            return NULL;
        }
        at = end ? end + 2 : NULL;
    }
    return array;
}

/* Beside what columns of their own say. */
static bool put_member(struct body *body, const char *name, json_t *value) {
    for (enum body_object i = BODY_CHOICES; i <= BODY_TEXTS; i++) {
        if (strcmp(name, body_places[i].member) == 0 && json_is_object(value)) {
            return json_object_update(object_of(body, i), value) == 0;
        }
    }
    return json_object_set(object_of(body, BODY_ANSWERS), name, value) == 0;
}

static bool put_members(struct body *body, const char *field) {
    json_t *members = json_loads(field, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(members);
    const char *name;
    json_t *value;
    json_object_foreach(members, name, value) {
        good = good && put_member(body, name, value);
    }
    json_decref(members);
    return good;
}

static json_t *value_of(const struct import_column *column, const char *field) {
    switch (column->kind) {
    case COLUMN_NUMBER:
        return number_of(field);
    case COLUMN_TEXTS:
        return texts_of(field);
    case COLUMN_TEXT:
    case COLUMN_MEMBERS:
    case COLUMN_IGNORED:
    default:
        return text_of(field, strlen(field));
    }
}

/* What is missing is then missing inside its object, and so names its column. */
static void touch(struct body *body, const struct import_column *column) {
    if (column->kind != COLUMN_IGNORED && body_places[column->object].in == BODY) {
        object_of(body, column->object);
    }
}

/* NULL, or why not. */
static const char *put(struct body *body, const struct import_column *column, const char *field) {
    if (!*field || column->kind == COLUMN_IGNORED) {
        touch(body, column);
        return NULL;
    }
    if (column->kind == COLUMN_MEMBERS) {
        return put_members(body, field)
                   ? NULL
                   : "expected a JSON object such as {\"texts\":{\"question\":\"answer\"}}";
    }
    json_t *value = value_of(column, field);
    if (!value) {
        return "is not valid UTF-8; save the file as UTF-8";
    }
    json_object_set_new_nocheck(object_of(body, column->object), column->member, value);
    return NULL;
}

json_t *file_columns_body(const struct file_columns *columns, const struct csv_record *record,
                          const char **column, const char **objection) {
    *column = "";
    *objection = record->objection;
    if (!*objection && record->count != columns->count) {
        *objection = record->count < columns->count ? "has fewer fields than the header"
                                                    : "has more fields than the header";
    }
    struct body body = {.objects = {[BODY] = *objection ? NULL : json_object()}};
    for (size_t i = 0; !*objection && i < record->count; i++) {
        *objection = put(&body, &columns->columns[i], record->fields[i]);
        *column = *objection ? columns->columns[i].name : "";
    }
    if (*objection) {
        json_decref(body.objects[BODY]);
        return NULL;
    }
    return body.objects[BODY];
}
