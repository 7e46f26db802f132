/* The member "questions" of a survey's definition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "store/survey_reading.h"

/* One question on its way from JSON. */
struct item {
    struct reading *reading;
    const json_t *json;
    char pointer[POINTER_BYTES_MAX];
    struct survey_question asked;
};

static void object_to(struct item *item, const char *member, const char *detail) {
    reading_object(item->reading, item->pointer, member, detail);
}

static bool read_boolean(struct item *item, const char *member, bool fallback) {
    const json_t *value = json_object_get(item->json, member);
    if (value && !json_is_boolean(value)) {
        object_to(item, member, "must be true or false");
    }
    return value ? json_is_true(value) : fallback;
}

/* For the survey's own questions: those of every survey are known by their names. */
static bool read_kind(struct item *item) {
    const json_t *kind = json_object_get(item->json, "kind");
    const char *word = json_string_value(kind);
    if (!kind) {
        object_to(item, "question",
                  "must be \"understood\", \"csat\", \"nps\", \"ces\" or \"comment\", or have a "
                  "kind: \"choice\" or \"text\"");
        return false;
    }
    if (!word || (strcmp(word, "choice") != 0 && strcmp(word, "text") != 0)) {
        object_to(item, "kind", "must be \"choice\" or \"text\"");
        return false;
    }
    item->asked.question = strcmp(word, "choice") == 0 ? QUESTION_CHOICE : QUESTION_TEXT;
    return true;
}

static bool read_own_name(struct item *item, const char *name) {
    const char *objection = extra_name_objection(name);
    if (objection) {
        object_to(item, "question", objection);
        return false;
    }
    memcpy(item->asked.name, name, strlen(name) + 1);
    return true;
}

static void refuse_for_built_in(struct item *item) {
    static const char *const own[] = {"kind", "choices", "many"};
    for (size_t i = 0; i < COUNT(own); i++) {
        if (json_object_get(item->json, own[i])) {
            object_to(item, own[i], "is for the survey's own questions only");
        }
    }
}

static bool read_name(struct item *item) {
    const char *name = json_string_value(json_object_get(item->json, "question"));
    if (!name) {
        object_to(item, "question", "must be a question's name");
        return false;
    }
    if (question_from_name(name, &item->asked.question)) {
        refuse_for_built_in(item);
    } else if (!read_kind(item) || !read_own_name(item, name)) {
        return false;
    }
    if (survey_find_question(&item->reading->survey, name)) {
        object_to(item, "question", "is asked twice");
        return false;
    }
    return true;
}

static void read_choice(struct item *item, const json_t *json, size_t index) {
    static const char *const known[] = {"choice"};
    char pointer[2 * POINTER_BYTES_MAX];
    snprintf(pointer, sizeof pointer, "%s/choices/%zu", item->pointer, index);
    const char *name = json_string_value(json_object_get(json, "choice"));
    reading_object_to_unknown(item->reading, json, pointer, known, COUNT(known));
    const char *objection =
        name ? extra_name_objection(name) : "must be a choice's name: {\"choice\": \"billing\"}";
    if (!objection && survey_question_offers(&item->asked, name)) {
        objection = "is there twice";
    }
    if (objection) {
        reading_object(item->reading, pointer, "choice", objection);
        return;
    }
    struct survey_choice *choice = &item->asked.choices[item->asked.choice_count++];
    memcpy(choice->name, name, strlen(name) + 1);
}

static void read_choices(struct item *item) {
    const json_t *choices = json_object_get(item->json, "choices");
    size_t count = json_array_size(choices);
    if (!json_is_array(choices) || count == 0 || count > EXTRA_CHOICES_MAX) {
        object_to(item, "choices", "must be an array of 1 to 20 choices");
        return;
    }
    item->asked.choices = calloc(count, sizeof *item->asked.choices);
    item->reading->out_of_memory |= !item->asked.choices;
    for (size_t i = 0; item->asked.choices && i < count; i++) {
        read_choice(item, json_array_get(choices, i), i);
    }
}

static void read_own(struct item *item) {
    if (item->asked.question == QUESTION_CHOICE) {
        read_choices(item);
        item->asked.many = read_boolean(item, "many", false);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const char *member = i ? "many" : "choices";
        if (json_object_get(item->json, member)) {
            object_to(item, member, "is for questions of kind \"choice\" only");
        }
    }
}

/* RATING_NONE when it is no answer of that question. */
static int rating_of(enum question question, const json_t *json) {
    enum understood understood;
    if (question == QUESTION_UNDERSTOOD) {
        const char *word = json_string_value(json);
        return word && understood_from_name(word, &understood) ? (int)understood : RATING_NONE;
    }
    json_int_t number = json_integer_value(json);
    bool possible = json_is_integer(json) && number >= 0 && number <= RATING_MAX &&
                    question_ratings(question) >> number & 1;
    return possible ? (int)number : RATING_NONE;
}

static void read_when_values(struct item *item, enum question first, const json_t *when) {
    for (size_t i = 0; i < json_array_size(when); i++) {
        int rating = rating_of(first, json_array_get(when, i));
        if (rating == RATING_NONE) {
            char pointer[2 * POINTER_BYTES_MAX];
            snprintf(pointer, sizeof pointer, "%s/when/%zu", item->pointer, i);
            reading_object(item->reading, pointer, NULL,
                           "is no answer of the survey's first question");
        } else {
            item->asked.when |= 1U << rating;
        }
    }
}

static void read_when(struct item *item, size_t index) {
    const json_t *when = json_object_get(item->json, "when");
    enum question first = item->reading->survey.questions[0].question;
    if (!when || json_is_null(when)) {
        return;
    }
    if (index == 0) {
        object_to(item, "when", "is not for the first question: it is always asked");
    } else if (!json_is_array(when) || json_array_size(when) == 0 ||
               json_array_size(when) > RATING_MAX + 1) {
        object_to(item, "when", "must be an array of answers of the survey's first question");
    } else if (item->reading->first_read && !question_ratings(first)) {
        object_to(item, "when",
                  "needs understood, csat, nps or ces as the first question of the survey");
    } else if (item->reading->first_read) {
        read_when_values(item, first, when);
    }
}

static void read_question(struct reading *reading, const json_t *json, size_t index) {
    static const char *const known[] = {"question", "kind", "choices", "many", "required", "when"};
    struct item item = {.reading = reading, .json = json};
    snprintf(item.pointer, sizeof item.pointer, "/questions/%zu", index);
    if (!json_is_object(json)) {
        object_to(&item, NULL, "must be an object");
        return;
    }
    reading_object_to_unknown(reading, json, item.pointer, known, COUNT(known));
    bool named = read_name(&item);
    item.asked.required = read_boolean(&item, "required", question_ratings(item.asked.question));
    read_when(&item, index);
    if (!named) {
        return;
    }
    if (question_is_own(item.asked.question)) {
        read_own(&item);
    }
    reading->first_read |= index == 0;
    reading->survey.questions[reading->survey.question_count++] = item.asked;
}

static void refuse_too_many_own(struct reading *reading) {
    size_t own = 0;
    for (size_t i = 0; i < reading->survey.question_count; i++) {
        own += question_is_own(reading->survey.questions[i].question);
    }
    if (own > EXTRA_QUESTIONS_MAX) {
        reading_object(reading, "/questions", NULL,
                       "must have at most 12 questions of kind \"choice\" or \"text\"");
    }
}

void read_survey_questions(struct reading *reading, const json_t *value) {
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count == 0 || count > SURVEY_QUESTIONS_MAX) {
        reading_object(reading, "/questions", NULL, "must be an array of 1 to 17 questions");
        return;
    }
    size_t mistakes_before = json_array_size(reading->errors);
    reading->survey.question_count = 0;
    for (size_t i = 0; i < count; i++) {
        read_question(reading, json_array_get(value, i), i);
    }
    refuse_too_many_own(reading);
    reading->questions_whole = json_array_size(reading->errors) == mistakes_before;
}
