#include "store/survey_json.h"

static json_t *questions_to_json(const struct survey *survey) {
    json_t *questions = json_array();
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        json_array_append_new(questions,
                              json_pack("{s:s, s:b}", "question", question_name(asked->question),
                                        "required", (int)asked->required));
    }
    return questions;
}

static json_t *language_to_json(const struct survey_language *language) {
    json_t *texts = json_object();
    for (size_t text = 0; text < SURVEY_TEXTS; text++) {
        if (language->texts[text]) {
            json_object_set_new(texts, survey_text_name((enum survey_text)text),
                                json_string(language->texts[text]));
        }
    }
    return texts;
}

static json_t *texts_to_json(const struct survey *survey) {
    json_t *languages = json_object();
    for (size_t i = 0; i < survey->language_count; i++) {
        const struct survey_language *language = &survey->languages[i];
        json_object_set_new(languages, language->language, language_to_json(language));
    }
    return languages;
}

json_t *survey_to_json(const struct survey *survey) {
    char color[COLOR_TEXT_SIZE];
    color_format(survey->accent_color, color);
    return json_pack("{s:s*, s:s, s:o, s:i, s:i, s:o}", "display_name", survey->display_name,
                     "accent_color", color, "questions", questions_to_json(survey),
                     "expires_after_days", survey->expires_after_days, "edit_window_days",
                     survey->edit_window_days, "texts", texts_to_json(survey));
}
