#include "api/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/field_value.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define THOUSANDTHS       1000
#define DECIMAL_MAX       1e15  /* where a double still holds three decimals */
#define DECIMAL_TOLERANCE 1e-11 /* relative: what a double loses of a decimal number */

/* The way from the pointer that the caller gave to a value; lives on the stack, is written out only
 * for a mistake. */
struct place {
    const struct place *above;
    const char *name; /* NULL: an index, or at the top the caller's pointer */
    size_t index;
    const char *base; /* at the top */
    struct mistakes *mistakes;
};

typedef bool value_reader(const struct place *place, const struct field *field, const json_t *json,
                          void *target);

static void append_place(struct text *pointer, const struct place *place) {
    if (!place->above) {
        text_append(pointer, place->base);
        return;
    }
    append_place(pointer, place->above);
    if (place->name) {
        text_append_pointer_step(pointer, place->name);
    } else {
        text_append_char(pointer, '/');
        text_append_int(pointer, (int64_t)place->index);
    }
}

/* Always false. An empty detail means that memory ran out. */
static bool mistake_at(const struct place *place, const char *detail) {
    CLEANUP(text_clear) struct text pointer = {0};
    append_place(&pointer, place);
    if (pointer.failed || *detail == '\0') {
        place->mistakes->out_of_memory = true;
    } else {
        mistakes_add(place->mistakes, pointer.bytes ? pointer.bytes : "", "%s", detail);
    }
    return false;
}

static void show_json(const json_t *json, char shown[SHOWN_BYTES]) {
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    switch (json_typeof(json)) {
    case JSON_STRING:
        show_text(json_string_value(json), shown);
        break;
    case JSON_INTEGER:
        snprintf(shown, SHOWN_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        break;
    case JSON_REAL:
        snprintf(shown, SHOWN_BYTES, "%.17g", json_real_value(json));
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        snprintf(shown, SHOWN_BYTES, "%s", names[json_typeof(json)]);
        break;
    }
}

static bool expected(const struct place *place, const char *what, const json_t *json) {
    char shown[SHOWN_BYTES];
    char detail[SHOWN_BYTES + 128];
    show_json(json, shown);
    snprintf(detail, sizeof detail, "expected %s, got %s", what, shown);
    return mistake_at(place, detail);
}

static bool read_text(const struct place *place, const struct field *field, const json_t *json,
                      void *target) {
    struct field_problem problem;
    if (!json_is_string(json)) {
        return expected(place, field->kind == FIELD_INSTANT ? "a time, as text" : "text", json);
    }
    return store_text_value(field, json_string_value(json), target, &problem) ||
           mistake_at(place, problem.detail);
}

/* JSON knows no integers apart: 4.0 is one. */
static bool whole_number(const json_t *json, int64_t *value) {
    double real = json_real_value(json);
    if (json_is_real(json) && fabs(real) < DECIMAL_MAX && real == floor(real)) {
        *value = (int64_t)real;
        return true;
    }
    *value = json_integer_value(json);
    return json_is_integer(json);
}

static bool read_int(const struct place *place, const struct field *field, const json_t *json,
                     void *target) {
    struct field_problem problem;
    int64_t value;
    if (!whole_number(json, &value)) {
        return expected(place, "an integer", json);
    }
    return store_int_value(field, value, target, &problem) || mistake_at(place, problem.detail);
}

static bool read_bool(const struct place *place, const struct field *field, const json_t *json,
                      void *target) {
    (void)field;
    if (!json_is_boolean(json)) {
        return expected(place, "true or false", json);
    }
    *(bool *)target = json_is_true(json);
    return true;
}

static bool read_decimal(const struct place *place, const struct field *field, const json_t *json,
                         void *target) {
    if (!json_is_number(json)) {
        return expected(place, "a number", json);
    }
    double exact = json_number_value(json) * THOUSANDTHS;
    if (!(fabs(exact) < DECIMAL_MAX) ||
        fabs(exact - round(exact)) > DECIMAL_TOLERANCE * fmax(1, fabs(exact))) {
        return expected(place, "a number with at most three decimals", json);
    }
    int64_t thousandths = llround(exact);
    if (thousandths < field->min || thousandths > field->max) {
        char range[96];
        snprintf(range, sizeof range, "a number from %.15g to %.15g",
                 (double)field->min / THOUSANDTHS, (double)field->max / THOUSANDTHS);
        return expected(place, range, json);
    }
    *(int64_t *)target = thousandths;
    return true;
}

static bool contains(char *const texts[], size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_one_text(const struct place *place, const struct field *field, const json_t *json,
                          char *texts[], size_t *count) {
    if (json_is_string(json) && contains(texts, *count, json_string_value(json))) {
        return expected(place, "each text once", json);
    }
    struct field each = {
        .kind = FIELD_TEXT, .min = field->min, .max = field->max, .objection = field->objection};
    texts[*count] = NULL;
    bool read = read_text(place, &each, json, &texts[*count]);
    *count += read;
    return read;
}

static bool read_texts(const struct place *place, const struct field *field, const json_t *json,
                       void *target) {
    size_t *count = (size_t *)(void *)((char *)target - field->offset + field->count_offset);
    if (!json_is_array(json)) {
        return expected(place, "an array of texts", json);
    }
    if (json_array_size(json) > field->count_max) {
        char detail[96];
        snprintf(detail, sizeof detail, "expected at most %zu texts, got %zu", field->count_max,
                 json_array_size(json));
        return mistake_at(place, detail);
    }
    bool good = true;
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct place element = {.above = place, .index = i, .mistakes = place->mistakes};
        good &= read_one_text(&element, field, json_array_get(json, i), target, count);
    }
    return good;
}

static bool read_value(const struct place *place, const struct field *field, const json_t *json,
                       void *target) {
    (void)place;
    (void)field;
    *(const json_t **)target = json;
    return true;
}

static bool leave_value(const struct place *place, const struct field *field, const json_t *json,
                        void *target) {
    (void)place;
    (void)field;
    (void)json;
    (void)target;
    return true;
}

static bool read_object(const struct place *place, const struct field *field, const json_t *json,
                        void *target);

static value_reader *const readers[] = {
    [FIELD_TEXT] = read_text,     [FIELD_NAME] = read_text,   [FIELD_LONG_TEXT] = read_text,
    [FIELD_INT] = read_int,       [FIELD_BOOL] = read_bool,   [FIELD_DECIMAL] = read_decimal,
    [FIELD_INSTANT] = read_text,  [FIELD_CHOICE] = read_text, [FIELD_TEXTS] = read_texts,
    [FIELD_OBJECT] = read_object, [FIELD_VALUE] = read_value, [FIELD_ELSEWHERE] = leave_value,
};

static bool has_field(const struct field_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool object_to_unknown(const struct place *place, const struct field_table *table,
                              const json_t *json) {
    char names[WORDS_BYTES];
    char detail[WORDS_BYTES + 64];
    list_field_names(table, names);
    snprintf(detail, sizeof detail, "unknown member; known are %s", names);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value) {
        if (!has_field(table, name)) {
            struct place member = {.above = place, .name = name, .mistakes = place->mistakes};
            mistake_at(&member, detail);
        }
    }
    return false;
}

static bool read_members(const struct place *place, const struct field_table *table,
                         const json_t *json, void *target) {
    if (!json_is_object(json)) {
        return expected(place, "an object", json);
    }
    bool good = true;
    size_t known = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        const json_t *value = json_object_get(json, field->name);
        struct place member = {.above = place, .name = field->name, .mistakes = place->mistakes};
        known += value != NULL;
        if (value && !json_is_null(value)) {
            good &= readers[field->kind](&member, field, value, (char *)target + field->offset);
        } else if (field->required) {
            good = mistake_at(&member, "required");
        }
    }
    return known == json_object_size(json) ? good : object_to_unknown(place, table, json);
}

static bool read_object(const struct place *place, const struct field *field, const json_t *json,
                        void *target) {
    return read_members(place, field->object, json, target);
}

bool read_fields(const json_t *json, const struct field_table *table, const char *pointer,
                 void *target, struct mistakes *mistakes) {
    struct place top = {.base = pointer, .mistakes = mistakes};
    return read_members(&top, table, json, target);
}
