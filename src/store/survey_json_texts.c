/* The member "texts" of a survey's definition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/survey_reading.h"

/* Where a text stands: "/texts/de", "/texts/de/choices/topic". */
struct place {
    struct reading *reading;
    struct survey_language *language;
    char pointer[POINTER_BYTES_MAX + EXTRA_NAME_BYTES_MAX];
};

static void object_to(const struct place *place, const char *name, const char *detail) {
    reading_object(place->reading, place->pointer, name, detail);
}

static struct place below(const struct place *place, const char *name) {
    struct place inner = *place;
    size_t length = strlen(inner.pointer);
    snprintf(inner.pointer + length, sizeof inner.pointer - length, "/%s", name);
    return inner;
}

static void read_built_in(const struct place *place, const char *name, const json_t *value) {
    enum survey_text text;
    const char *objection = "is not the name of a text";
    if (survey_text_from_name(name, &text)) {
        objection = reading_text_objection(value, SURVEY_TEXT_BYTES_MAX);
    }
    if (!objection && text == SURVEY_TEXT_SUBJECT &&
        text_has_control(json_string_value(value), false)) {
        objection = "must be one line";
    }
    if (objection) {
        object_to(place, name, objection);
    } else {
        reading_copy_text(place->reading, json_string_value(value), &place->language->texts[text]);
    }
}

/* Names were looked up in the survey: there are not many. NULL when out of memory. */
static struct own_text *add_own_text(const struct place *place) {
    struct survey_language *language = place->language;
    struct own_text *grown = realloc(language->own, (language->own_count + 1) * sizeof *grown);
    if (!grown) {
        place->reading->out_of_memory = true;
        return NULL;
    }
    language->own = grown;
    grown[language->own_count] = (struct own_text){0};
    return &grown[language->own_count++];
}

/* choice NULL: the question's text. */
static void read_own_text(const struct place *place, const char *question, const char *choice,
                          const json_t *value) {
    const char *objection = reading_text_objection(value, SURVEY_TEXT_BYTES_MAX);
    if (objection) {
        object_to(place, choice ? choice : question, objection);
        return;
    }
    struct own_text *own = add_own_text(place);
    if (own) {
        reading_copy_text(place->reading, question, &own->question);
        reading_copy_text(place->reading, json_string_value(value), &own->text);
    }
    if (own && choice) {
        reading_copy_text(place->reading, choice, &own->choice);
    }
}

/* A mistake unless it may be for a question, or a choice, that could not be read. */
static void object_to_name(const struct place *place, const char *name, const char *detail) {
    if (place->reading->questions_whole) {
        object_to(place, name, detail);
    }
}

static const struct survey_question *find_own(const struct place *place, const char *name) {
    const struct survey_question *asked = survey_find_question(&place->reading->survey, name);
    return asked && question_is_own(asked->question) ? asked : NULL;
}

static void read_question_texts(const struct place *place, const json_t *questions) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)questions, name, value) {
        if (find_own(place, name)) {
            read_own_text(place, name, NULL, value);
        } else {
            object_to_name(place, name, "is none of the survey's own questions");
        }
    }
}

static void read_labels(const struct place *place, const struct survey_question *asked,
                        const json_t *labels) {
    const char *choice;
    json_t *value;
    json_object_foreach((json_t *)labels, choice, value) {
        if (survey_question_offers(asked, choice)) {
            read_own_text(place, asked->name, choice, value);
        } else {
            object_to_name(place, choice, "is none of the question's choices");
        }
    }
}

static void read_choice_texts(const struct place *place, const json_t *questions) {
    const char *name;
    json_t *labels;
    json_object_foreach((json_t *)questions, name, labels) {
        const struct survey_question *asked = find_own(place, name);
        if (!asked || asked->question != QUESTION_CHOICE) {
            object_to_name(place, name, "is none of the survey's own questions of kind \"choice\"");
        } else if (!json_is_object(labels)) {
            object_to(place, name, "must be an object of texts, one per choice");
        } else {
            struct place inner = below(place, name);
            read_labels(&inner, asked, labels);
        }
    }
}

static void read_own(const struct place *place, const char *member, const json_t *value) {
    struct place inner = below(place, member);
    if (!json_is_object(value)) {
        object_to(place, member, "must be an object");
    } else if (strcmp(member, "questions") == 0) {
        read_question_texts(&inner, value);
    } else {
        read_choice_texts(&inner, value);
    }
}

static void read_language(struct reading *reading, const char *tag, const json_t *texts) {
    if (!language_tag_valid(tag) || !json_is_object(texts)) {
        reading_object(reading, "/texts", tag,
                       "must be an object of texts under a language tag like \"de\"");
        return;
    }
    struct survey_language *language = &reading->survey.languages[reading->survey.language_count++];
    struct place place = {.reading = reading, .language = language};
    snprintf(language->language, sizeof language->language, "%s", tag);
    snprintf(place.pointer, sizeof place.pointer, "/texts/%s", tag);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)texts, name, value) {
        if (strcmp(name, "questions") == 0 || strcmp(name, "choices") == 0) {
            read_own(&place, name, value);
        } else {
            read_built_in(&place, name, value);
        }
    }
}

void read_survey_texts(struct reading *reading, const json_t *value) {
    size_t count = json_object_size(value);
    if (!json_is_object(value) || count > SURVEY_LANGUAGES_MAX) {
        reading_object(reading, "/texts", NULL,
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
