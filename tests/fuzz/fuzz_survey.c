/* Whatever comes to PUT /v1/surveys/{survey}: a definition that reads the same once it is written,
 * or mistakes that can be told, and then the survey is as it was. */
#include <jansson.h>

#include "fuzz.h"
#include "store/survey_json.h"

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

static void check_rules(const struct invite_rules *rules) {
    claim(rules->delay_s >= 0 && rules->delay_s <= INVITE_DELAY_S_MAX);
    claim(rules->window.from_minute >= 0 && rules->window.from_minute < rules->window.to_minute);
    claim(rules->window.to_minute <= MINUTES_PER_DAY);
    claim(rules->window.weekdays > 0 && rules->window.weekdays <= EVERY_WEEKDAY);
    claim(rules->fatigue_days >= 0 && rules->fatigue_days <= INVITE_FATIGUE_DAYS_MAX);
    claim(rules->reminder_days >= 0 && rules->reminder_days <= INVITE_REMINDER_DAYS_MAX);
    claim(rules->sample >= 0 && rules->sample <= 1);
}

static void check_limits(const struct survey *survey) {
    claim(survey->question_count > 0 && survey->language_count <= SURVEY_LANGUAGES_MAX);
    claim(survey->expires_after_days >= 1 && survey->expires_after_days <= EXPIRES_AFTER_DAYS_MAX);
    claim(survey->edit_window_days >= 0 && survey->edit_window_days <= EDIT_WINDOW_DAYS_MAX);
    check_rules(&survey->invite);
    claim(color_contrast(survey->accent_color, COLOR_WHITE) >= ACCENT_CONTRAST_MIN);
    for (size_t i = 0; i < survey->language_count; i++) {
        claim(language_tag_valid(survey->languages[i].language));
        for (size_t text = 0; text < SURVEY_TEXTS; text++) {
            const char *own = survey->languages[i].texts[text];
            claim(!own || (*own && strlen(own) <= SURVEY_TEXT_BYTES_MAX));
        }
    }
}

static void write_and_read(const struct survey *survey) {
    struct survey again = SURVEY_DEFAULT;
    json_t *errors = json_array();
    json_t *written = survey_to_json(survey);
    claim(written && survey_from_json(written, &again, errors) && json_array_size(errors) == 0);
    json_t *rewritten = survey_to_json(&again);
    claim(json_equal(written, rewritten));
    json_decref(rewritten);
    json_decref(written);
    json_decref(errors);
    survey_clear(&again);
}

static void check_mistakes(const json_t *errors) {
    size_t index;
    json_t *mistake;
    claim(json_array_size(errors) > 0);
    json_array_foreach(errors, index, mistake) {
        const char *pointer = json_string_value(json_object_get(mistake, "pointer"));
        const char *detail = json_string_value(json_object_get(mistake, "detail"));
        claim(pointer && (*pointer == '/' || *pointer == '\0') && detail && *detail);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *definition = json_loadb((const char *)data, size, FLAGS, NULL);
    if (!definition) {
        return 0;
    }
    struct survey survey = SURVEY_DEFAULT;
    survey.account_id = 7;
    survey.revision = 3;
    json_t *before = survey_to_json(&survey);
    json_t *errors = json_array();
    if (survey_from_json(definition, &survey, errors)) {
        claim(json_array_size(errors) == 0);
        check_limits(&survey);
        write_and_read(&survey);
    } else {
        json_t *after = survey_to_json(&survey);
        check_mistakes(errors);
        claim(json_equal(before, after));
        json_decref(after);
    }
    claim(survey.account_id == 7 && survey.revision == 3);
    json_decref(errors);
    json_decref(before);
    json_decref(definition);
    survey_clear(&survey);
    return 0;
}
