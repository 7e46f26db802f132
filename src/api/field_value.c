#include "api/field_value.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

__attribute__((format(printf, 2, 3))) static bool object_to(struct field_problem *problem,
                                                            const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(problem->detail, sizeof problem->detail, format, args);
    va_end(args);
    return false;
}

static bool continues_character(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t count_characters(const char *text) {
    size_t count = 0;
    for (; *text; text++) {
        count += !continues_character(*text);
    }
    return count;
}

void show_text(const char *text, char shown[SHOWN_BYTES]) {
    size_t characters = 0;
    size_t length = 0;
    for (; text[length]; length++) {
        if (!continues_character(text[length]) && ++characters > SHOWN_CHARACTERS_MAX) {
            break;
        }
    }
    snprintf(shown, SHOWN_BYTES, "\"%.*s%s\"", (int)length, text, text[length] ? "..." : "");
}

/* Appends word and a comma before it, unless the list is full. */
static void list_word(const char *word, char words[WORDS_BYTES]) {
    size_t length = strlen(words);
    const char *comma = length ? ", " : "";
    if (length + strlen(word) + 3 < WORDS_BYTES) {
        snprintf(words + length, WORDS_BYTES - length, "%s%s", comma, word);
    }
}

void list_field_names(const struct field_table *table, char names[WORDS_BYTES]) {
    names[0] = '\0';
    for (size_t i = 0; i < table->count; i++) {
        list_word(table->fields[i].name, names);
    }
}

static bool check_text(const struct field *field, const char *text, struct field_problem *problem) {
    bool multi_line = field->kind == FIELD_LONG_TEXT;
    const char *unit = multi_line ? "characters" : "bytes";
    size_t length = multi_line ? count_characters(text) : strlen(text);
    if ((int64_t)length < field->min || (int64_t)length > field->max) {
        return object_to(problem, "expected %" PRId64 " to %" PRId64 " %s, got %zu", field->min,
                         field->max, unit, length);
    }
    if (field->min > 0 && text_is_blank(text)) {
        return object_to(problem, "must not be blank");
    }
    if (text_has_control(text, multi_line)) {
        return object_to(problem, "must not contain control characters");
    }
    const char *objection = field->objection ? field->objection(text) : NULL;
    if (objection) {
        char shown[SHOWN_BYTES];
        show_text(text, shown);
        return object_to(problem, "%s; got %s", objection, shown);
    }
    return true;
}

static bool store_text(const struct field *field, const char *text, void *target,
                       struct field_problem *problem) {
    if (!check_text(field, text, problem)) {
        return false;
    }
    if (field->kind == FIELD_LONG_TEXT && text_is_blank(text)) {
        return true;
    }
    if (field->kind == FIELD_NAME) {
        memcpy(target, text, strlen(text) + 1);
        return true;
    }
    char *copy = strdup(text);
    if (!copy) {
        return object_to(problem, "%s", "");
    }
    char **place = target;
    free(*place);
    *place = copy;
    return true;
}

static bool store_instant(const char *text, int64_t *target, struct field_problem *problem) {
    if (time_parse(text, target)) {
        return true;
    }
    char shown[SHOWN_BYTES];
    show_text(text, shown);
    return object_to(problem, "expected a time like 2026-11-23T10:00:00Z, got %s", shown);
}

static bool store_choice(const struct field *field, const char *text, int *target,
                         struct field_problem *problem) {
    char words[WORDS_BYTES] = "";
    for (const struct choice *choice = field->choices; choice->word; choice++) {
        if (strcmp(choice->word, text) == 0) {
            *target = choice->value;
            return true;
        }
    }
    for (const struct choice *choice = field->choices; choice->word; choice++) {
        list_word(choice->word, words);
    }
    char shown[SHOWN_BYTES];
    show_text(text, shown);
    return object_to(problem, "expected one of %s; got %s", words, shown);
}

bool store_text_value(const struct field *field, const char *text, void *target,
                      struct field_problem *problem) {
    if (field->kind == FIELD_INSTANT) {
        return store_instant(text, target, problem);
    }
    if (field->kind == FIELD_CHOICE) {
        return store_choice(field, text, target, problem);
    }
    return store_text(field, text, target, problem);
}

bool store_int_value(const struct field *field, int64_t value, void *target,
                     struct field_problem *problem) {
    if (value < field->min || value > field->max) {
        return object_to(problem,
                         "expected an integer from %" PRId64 " to %" PRId64 ", got %" PRId64,
                         field->min, field->max, value);
    }
    *(int *)target = (int)value;
    return true;
}
