#include "store/survey_json.h"
#include "store/survey_reading.h"

static json_t *choices_to_json(const struct survey_question *asked) {
    json_t *choices = json_array();
    for (size_t i = 0; i < asked->choice_count; i++) {
        json_array_append_new(choices, json_pack("{s:s}", "choice", asked->choices[i].name));
    }
    return choices;
}

static json_t *when_to_json(enum question first, unsigned when) {
    json_t *ratings = json_array();
    for (int rating = 0; rating <= RATING_MAX; rating++) {
        if (!(when >> rating & 1)) {
            continue;
        }
        json_array_append_new(ratings, first == QUESTION_UNDERSTOOD
                                           ? json_string(understood_name((enum understood)rating))
                                           : json_integer(rating));
    }
    return ratings;
}

static json_t *question_to_json(const struct survey *survey, const struct survey_question *asked) {
    json_t *json = json_pack("{s:s}", "question", survey_question_name(asked));
    if (question_is_own(asked->question)) {
        json_object_set_new(json, "kind", json_string(question_name(asked->question)));
    }
    if (asked->question == QUESTION_CHOICE) {
        json_object_set_new(json, "choices", choices_to_json(asked));
        json_object_set_new(json, "many", json_boolean(asked->many));
    }
    json_object_set_new(json, "required", json_boolean(asked->required));
    if (asked->when) {
        json_object_set_new(json, "when", when_to_json(survey->questions[0].question, asked->when));
    }
    return json;
}

static json_t *questions_to_json(const struct survey *survey) {
    json_t *questions = json_array();
    for (size_t i = 0; i < survey->question_count; i++) {
        json_array_append_new(questions, question_to_json(survey, &survey->questions[i]));
    }
    return questions;
}

/* The object that json has under name, made when it is not there yet. */
static json_t *member(json_t *json, const char *name) {
    if (!json_object_get(json, name)) {
        json_object_set_new(json, name, json_object());
    }
    return json_object_get(json, name);
}

static void own_texts_to_json(const struct survey_language *language, json_t *texts) {
    for (size_t i = 0; i < language->own_count; i++) {
        const struct own_text *own = &language->own[i];
        json_t *place = member(texts, own->choice ? "choices" : "questions");
        json_object_set_new(own->choice ? member(place, own->question) : place,
                            own->choice ? own->choice : own->question, json_string(own->text));
    }
}

static json_t *language_to_json(const struct survey_language *language) {
    json_t *texts = json_object();
    for (size_t text = 0; text < SURVEY_TEXTS; text++) {
        if (language->texts[text]) {
            json_object_set_new(texts, survey_text_name((enum survey_text)text),
                                json_string(language->texts[text]));
        }
    }
    own_texts_to_json(language, texts);
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
    return json_pack("{s:s*, s:s, s:o, s:i, s:i, s:b, s:b, s:o, s:o}", "display_name",
                     survey->display_name, "accent_color", color, "questions",
                     questions_to_json(survey), "expires_after_days", survey->expires_after_days,
                     "edit_window_days", survey->edit_window_days, "unsigned_links",
                     (int)survey->unsigned_links, "archived", (int)survey->archived, "invite",
                     survey_invite_to_json(&survey->invite), "texts", texts_to_json(survey));
}
