#include <stdio.h>
#include <string.h>

#include "api/field_value.h"
#include "api/fields.h"
#include "base/parse.h"

#define THOUSANDTHS 1000.0

static const struct field *find_field(const struct field_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].name, name) == 0) {
            return &table->fields[i];
        }
    }
    return NULL;
}

static bool store_bool(const char *value, bool *target, struct field_problem *problem) {
    *target = strcmp(value, "true") == 0;
    if (*target || strcmp(value, "false") == 0) {
        return true;
    }
    char shown[SHOWN_BYTES];
    show_text(value, shown);
    snprintf(problem->detail, sizeof problem->detail, "expected true or false, got %s", shown);
    return false;
}

static bool store_int(const struct field *field, const char *value, void *target,
                      struct field_problem *problem) {
    int64_t number;
    if (parse_int(value, INT64_MIN, INT64_MAX, &number)) {
        return store_int_value(field, number, target, problem);
    }
    char shown[SHOWN_BYTES];
    show_text(value, shown);
    snprintf(problem->detail, sizeof problem->detail, "expected an integer, got %s", shown);
    return false;
}

static bool store_decimal(const struct field *field, const char *value, int64_t *target,
                          struct field_problem *problem) {
    int64_t thousandths;
    if (parse_thousandths(value, field->min, field->max, &thousandths)) {
        *target = thousandths;
        return true;
    }
    char shown[SHOWN_BYTES];
    show_text(value, shown);
    snprintf(problem->detail, sizeof problem->detail,
             "expected a number from %.15g to %.15g with at most three decimals, got %s",
             (double)field->min / THOUSANDTHS, (double)field->max / THOUSANDTHS, shown);
    return false;
}

static bool store_value(const struct field *field, const char *value, void *target,
                        struct field_problem *problem) {
    void *place = (char *)target + field->offset;
    if (field->kind == FIELD_INT) {
        return store_int(field, value, place, problem);
    }
    if (field->kind == FIELD_DECIMAL) {
        return store_decimal(field, value, place, problem);
    }
    return field->kind == FIELD_BOOL ? store_bool(value, place, problem)
                                     : store_text_value(field, value, place, problem);
}

static bool given_before(const struct request *request, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(request->query[i].name, request->query[index].name) == 0) {
            return true;
        }
    }
    return false;
}

/* A name from outside, shortened, so that it can be told back. */
static void object_to_unknown(const struct field_table *table, const char *name,
                              struct mistakes *mistakes) {
    char names[WORDS_BYTES];
    char shown[SHOWN_BYTES];
    list_field_names(table, names);
    show_text(name, shown);
    shown[strlen(shown) - 1] = '\0';
    mistakes_add(mistakes, shown + 1, "unknown parameter; known are %s", names);
}

static void read_parameter(const struct request *request, size_t index,
                           const struct field_table *table, void *target,
                           struct mistakes *mistakes) {
    const struct request_param *parameter = &request->query[index];
    const struct field *field = find_field(table, parameter->name);
    struct field_problem problem;
    if (!field) {
        object_to_unknown(table, parameter->name, mistakes);
    } else if (given_before(request, index)) {
        mistakes_add(mistakes, field->name, "given more than once");
    } else if (*parameter->value && !store_value(field, parameter->value, target, &problem)) {
        mistakes->out_of_memory |= problem.detail[0] == '\0';
        mistakes_add(mistakes, field->name, "%s", problem.detail);
    }
}

bool read_query(const struct request *request, const struct field_table *table, void *target,
                struct mistakes *mistakes) {
    size_t before = mistakes->count;
    mistakes->in_query = true;
    for (size_t i = 0; i < request->query_count; i++) {
        read_parameter(request, i, table, target, mistakes);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        const char *value = field->required ? request_query(request, field->name) : "-";
        if (!value || *value == '\0') {
            mistakes_add(mistakes, field->name, "required");
        }
    }
    return mistakes->count == before && !mistakes->out_of_memory;
}
