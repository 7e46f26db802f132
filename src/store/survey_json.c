#include "store/survey_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define POINTER_BYTES_MAX 64 /* of those we make ourselves */

/* Reading goes on past a mistake, so that all of them are told at once. */
struct reading {
    struct survey survey;
    json_t *errors;
    bool out_of_memory;
};

/* One step of a JSON Pointer (RFC 6901). */
static void append_step(struct text *pointer, const char *name) {
    text_append_char(pointer, '/');
    for (const char *at = name; *at; at++) {
        if (*at == '~' || *at == '/') {
            text_append(pointer, *at == '~' ? "~0" : "~1");
        } else {
            text_append_char(pointer, *at);
        }
    }
}

/* parent is a pointer already; name, unless NULL, is the member of it that is wrong. */
static void object_to(struct reading *reading, const char *parent, const char *name,
                      const char *detail) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, parent);
    if (name) {
        append_step(&pointer, name);
    }
    json_t *mistake =
        json_pack("{s:s, s:s}", "pointer", pointer.bytes ? pointer.bytes : "", "detail", detail);
    reading->out_of_memory |= json_array_append_new(reading->errors, mistake) != 0;
}

/* Text for people: bounded, not blank, no control characters but a line's end. */
static const char *text_objection(const json_t *value, size_t bytes_max) {
    const char *text = json_string_value(value);
    if (!text) {
        return "must be a string";
    }
    if (text[strspn(text, " \t\r\n")] == '\0') {
        return "must not be blank";
    }
    for (const char *at = text; *at; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f) {
            return "must not contain control characters";
        }
    }
    return strlen(text) > bytes_max ? "is too long" : NULL;
}

static void copy_text(struct reading *reading, const json_t *value, char **copy) {
    free(*copy);
    *copy = strdup(json_string_value(value));
    reading->out_of_memory |= !*copy;
}

static void read_display_name(struct reading *reading, const json_t *value) {
    const char *objection =
        json_is_null(value) ? NULL : text_objection(value, SURVEY_DISPLAY_BYTES_MAX);
    if (objection) {
        object_to(reading, "/display_name", NULL, objection);
    } else if (!json_is_null(value)) {
        copy_text(reading, value, &reading->survey.display_name);
    }
}

static void read_accent_color(struct reading *reading, const json_t *value) {
    unsigned color = 0;
    if (!json_is_string(value) || !color_parse(json_string_value(value), &color)) {
        object_to(reading, "/accent_color", NULL, "must be a colour like \"#1d4ed8\"");
        return;
    }
    double contrast = color_contrast(color, COLOR_WHITE);
    if (contrast < ACCENT_CONTRAST_MIN) {
        char detail[120];
        snprintf(detail, sizeof detail,
                 "is too light: its contrast with white is %.2f:1 and must be at least %.1f:1",
                 contrast, ACCENT_CONTRAST_MIN);
        object_to(reading, "/accent_color", NULL, detail);
        return;
    }
    reading->survey.accent_color = color;
}

/* A whole number of days in min..EXPIRES_AFTER_DAYS_MAX. */
static void read_days(struct reading *reading, const json_t *value, const char *name, int min,
                      int *days) {
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < min || number > EXPIRES_AFTER_DAYS_MAX) {
        char detail[80];
        snprintf(detail, sizeof detail, "must be a whole number of days from %d to %d", min,
                 EXPIRES_AFTER_DAYS_MAX);
        object_to(reading, "", name, detail);
        return;
    }
    *days = (int)number;
}

static void read_expires_after_days(struct reading *reading, const json_t *value) {
    read_days(reading, value, "expires_after_days", 1, &reading->survey.expires_after_days);
}

static void read_edit_window_days(struct reading *reading, const json_t *value) {
    read_days(reading, value, "edit_window_days", 0, &reading->survey.edit_window_days);
}

static bool read_question_name(struct reading *reading, const json_t *item, const char *pointer,
                               enum question *question) {
    const char *name = json_string_value(json_object_get(item, "question"));
    if (!name || !question_from_name(name, question)) {
        object_to(reading, pointer, "question",
                  "must be \"understood\", \"csat\", \"nps\" or \"comment\"");
        return false;
    }
    if (survey_asks(&reading->survey, *question, NULL)) {
        object_to(reading, pointer, "question", "is asked twice");
        return false;
    }
    return true;
}

static void refuse_unknown_members(struct reading *reading, const json_t *item,
                                   const char *pointer) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)item, name, value) {
        if (strcmp(name, "question") != 0 && strcmp(name, "required") != 0) {
            object_to(reading, pointer, name, "is not known");
        }
    }
}

static void read_question(struct reading *reading, const json_t *item, size_t index) {
    char pointer[POINTER_BYTES_MAX];
    snprintf(pointer, sizeof pointer, "/questions/%zu", index);
    if (!json_is_object(item)) {
        object_to(reading, pointer, NULL, "must be an object");
        return;
    }
    refuse_unknown_members(reading, item, pointer);
    const json_t *required = json_object_get(item, "required");
    if (required && !json_is_boolean(required)) {
        object_to(reading, pointer, "required", "must be true or false");
    }
    enum question question;
    if (read_question_name(reading, item, pointer, &question)) {
        reading->survey.questions[reading->survey.question_count++] = (struct survey_question){
            question, required ? json_is_true(required) : question != QUESTION_COMMENT};
    }
}

static void read_questions(struct reading *reading, const json_t *value) {
    if (!json_is_array(value) || json_array_size(value) == 0) {
        object_to(reading, "/questions", NULL, "must be an array of at least one question");
        return;
    }
    reading->survey.question_count = 0;
    size_t index;
    json_t *item;
    json_array_foreach(value, index, item) {
        read_question(reading, item, index);
    }
}

static void read_language_text(struct reading *reading, struct survey_language *language,
                               const char *name, const json_t *value) {
    enum survey_text text;
    const char *objection = "is not the name of a text";
    if (survey_text_from_name(name, &text)) {
        objection = text_objection(value, SURVEY_TEXT_BYTES_MAX);
    }
    if (objection) {
        char pointer[POINTER_BYTES_MAX];
        snprintf(pointer, sizeof pointer, "/texts/%s", language->language);
        object_to(reading, pointer, name, objection);
        return;
    }
    copy_text(reading, value, &language->texts[text]);
}

static void read_language(struct reading *reading, const char *tag, const json_t *texts) {
    if (!language_tag_valid(tag) || !json_is_object(texts)) {
        object_to(reading, "/texts", tag,
                  "must be an object of texts under a language tag like \"de\"");
        return;
    }
    struct survey_language *language = &reading->survey.languages[reading->survey.language_count++];
    snprintf(language->language, sizeof language->language, "%s", tag);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)texts, name, value) {
        read_language_text(reading, language, name, value);
    }
}

static void read_texts(struct reading *reading, const json_t *value) {
    size_t count = json_object_size(value);
    if (!json_is_object(value) || count > SURVEY_LANGUAGES_MAX) {
        object_to(reading, "/texts", NULL,
                  "must be an object with a member per language, at most 64");
        return;
    }
    reading->survey.languages = calloc(count ? count : 1, sizeof(struct survey_language));
    if (!reading->survey.languages) {
        reading->out_of_memory = true;
        return;
    }
    const char *tag;
    json_t *texts;
    json_object_foreach((json_t *)value, tag, texts) {
        read_language(reading, tag, texts);
    }
}

static const struct member {
    const char *name;
    void (*read)(struct reading *reading, const json_t *value);
} members[] = {
    {"display_name", read_display_name},
    {"accent_color", read_accent_color},
    {"questions", read_questions},
    {"expires_after_days", read_expires_after_days},
    {"edit_window_days", read_edit_window_days},
    {"texts", read_texts},
};

static const struct member *find_member(const char *name) {
    for (size_t i = 0; i < COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            return &members[i];
        }
    }
    return NULL;
}

static void read_definition(struct reading *reading, const json_t *definition) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)definition, name, value) {
        const struct member *member = find_member(name);
        if (member) {
            member->read(reading, value);
        } else {
            object_to(reading, "", name, "is not known");
        }
    }
}

/* What was read takes the place of survey's definition; who it is stays. */
static void replace_definition(struct survey *survey, struct survey *read) {
    struct survey replaced = *read;
    replaced.account_id = survey->account_id;
    memcpy(replaced.name, survey->name, sizeof replaced.name);
    replaced.revision = survey->revision;
    replaced.created_at_us = survey->created_at_us;
    replaced.updated_at_us = survey->updated_at_us;
    survey_clear(survey);
    *survey = replaced;
}

bool survey_from_json(const json_t *definition, struct survey *survey, json_t *errors) {
    struct reading reading = {.survey = SURVEY_DEFAULT, .errors = errors};
    size_t errors_before = json_array_size(errors);
    if (json_is_object(definition)) {
        read_definition(&reading, definition);
    } else {
        object_to(&reading, "", NULL, "must be an object");
    }
    if (reading.out_of_memory || json_array_size(errors) > errors_before) {
        survey_clear(&reading.survey);
        return false;
    }
    replace_definition(survey, &reading.survey);
    return true;
}
