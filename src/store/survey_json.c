#include "store/survey_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "store/survey_reading.h"

static void read_display_name(struct reading *reading, const json_t *value) {
    const char *objection =
        json_is_null(value) ? NULL : reading_text_objection(value, SURVEY_DISPLAY_BYTES_MAX);
    if (objection) {
        reading_object(reading, "/display_name", NULL, objection);
    } else if (!json_is_null(value)) {
        reading_copy_text(reading, json_string_value(value), &reading->survey.display_name);
    }
}

static void read_accent_color(struct reading *reading, const json_t *value) {
    unsigned color = 0;
    if (!json_is_string(value) || !color_parse(json_string_value(value), &color)) {
        reading_object(reading, "/accent_color", NULL, "must be a colour like \"#1d4ed8\"");
        return;
    }
    double contrast = color_contrast(color, COLOR_WHITE);
    if (contrast < ACCENT_CONTRAST_MIN) {
        char detail[120];
        snprintf(detail, sizeof detail,
                 "is too light: its contrast with white is %.2f:1 and must be at least %.1f:1",
                 contrast, ACCENT_CONTRAST_MIN);
        reading_object(reading, "/accent_color", NULL, detail);
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
        reading_object(reading, "", name, detail);
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

static void read_boolean(struct reading *reading, const json_t *value, const char *name,
                         bool *boolean) {
    if (!json_is_boolean(value)) {
        reading_object(reading, "", name, "must be true or false");
    }
    *boolean = json_is_true(value);
}

static void read_unsigned_links(struct reading *reading, const json_t *value) {
    read_boolean(reading, value, "unsigned_links", &reading->survey.unsigned_links);
}

static void read_archived(struct reading *reading, const json_t *value) {
    read_boolean(reading, value, "archived", &reading->survey.archived);
}

static const struct member {
    const char *name;
    void (*read)(struct reading *reading, const json_t *value);
} members[] = {
    /* in this order: texts are for the questions that were read before */
    {"display_name", read_display_name},
    {"accent_color", read_accent_color},
    {"questions", read_survey_questions},
    {"expires_after_days", read_expires_after_days},
    {"edit_window_days", read_edit_window_days},
    {"unsigned_links", read_unsigned_links},
    {"archived", read_archived},
    {"invite", read_survey_invite},
    {"texts", read_survey_texts},
};

static void read_definition(struct reading *reading, const json_t *definition) {
    const char *known[COUNT(members)];
    for (size_t i = 0; i < COUNT(members); i++) {
        const json_t *value = json_object_get(definition, members[i].name);
        known[i] = members[i].name;
        if (value) {
            members[i].read(reading, value);
        }
    }
    reading_object_to_unknown(reading, definition, "", known, COUNT(known));
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
    struct reading reading = {.survey = SURVEY_DEFAULT, .questions_whole = true, .errors = errors};
    size_t errors_before = json_array_size(errors);
    if (json_is_object(definition)) {
        read_definition(&reading, definition);
    } else {
        reading_object(&reading, "", NULL, "must be an object");
    }
    if (reading.out_of_memory || json_array_size(errors) > errors_before) {
        survey_clear(&reading.survey);
        return false;
    }
    replace_definition(survey, &reading.survey);
    return true;
}
