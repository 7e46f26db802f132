#include "api/extra_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/field_value.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define CHOICES_SHOWN 256

/* All that reading needs besides the value itself. */
struct reading {
    const struct survey *survey;
    struct extras *extras;
    struct mistakes *mistakes;
};

/* One question's answer, and where it stands. */
struct answer {
    const struct reading *reading;
    const struct survey_question *asked;
    const char *pointer;
};

static void release_text(char **text) {
    free(*text);
}

static void add(const struct answer *answer, enum extra_kind kind, const char *value) {
    if (!extras_add(answer->reading->extras, kind, answer->asked->name, value)) {
        answer->reading->mistakes->out_of_memory = true;
    }
}

static void list_choices(const struct survey_question *asked, char list[CHOICES_SHOWN]) {
    size_t length = 0;
    list[0] = '\0';
    for (size_t i = 0; i < asked->choice_count; i++) {
        const char *name = asked->choices[i].name;
        if (length + strlen(name) + sizeof ", " < CHOICES_SHOWN) {
            length += (size_t)snprintf(list + length, CHOICES_SHOWN - length, "%s%s",
                                       length ? ", " : "", name);
        }
    }
}

static void read_choice(const struct answer *answer, const char *pointer, const json_t *json) {
    struct mistakes *mistakes = answer->reading->mistakes;
    const char *choice = json_string_value(json);
    if (!choice || !survey_question_offers(answer->asked, choice)) {
        char list[CHOICES_SHOWN];
        list_choices(answer->asked, list);
        mistakes_add(mistakes, pointer, "is none of the question's choices; expected one of %s",
                     list);
    } else if (extras_has(answer->reading->extras, answer->asked->name, choice)) {
        mistakes_add(mistakes, pointer, "is chosen twice; expected each choice once");
    } else {
        add(answer, EXTRA_CHOICE, choice);
    }
}

static void read_each_choice(const struct answer *answer, const json_t *array) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        CLEANUP(text_clear) struct text pointer = {0};
        text_append_format(&pointer, "%s/%zu", answer->pointer, i);
        read_choice(answer, pointer.failed ? "" : pointer.bytes, json_array_get(array, i));
    }
}

static void read_choices(const struct answer *answer, const json_t *json) {
    struct mistakes *mistakes = answer->reading->mistakes;
    size_t most = answer->asked->many ? answer->asked->choice_count : 1;
    if (json_is_string(json)) {
        read_choice(answer, answer->pointer, json);
    } else if (!json_is_array(json)) {
        mistakes_add(mistakes, answer->pointer, "expected an array of choices");
    } else if (json_array_size(json) > most) {
        mistakes_add(mistakes, answer->pointer, "has %zu choices; expected at most %zu",
                     json_array_size(json), most);
    } else {
        read_each_choice(answer, json);
    }
}

static void read_text(const struct answer *answer, const json_t *json) {
    static const struct field field = {
        .kind = FIELD_LONG_TEXT, .min = 0, .max = EXTRA_TEXT_CHARACTERS_MAX};
    struct mistakes *mistakes = answer->reading->mistakes;
    CLEANUP(release_text) char *text = NULL;
    struct field_problem problem = {""};
    if (!json_is_string(json)) {
        mistakes_add(mistakes, answer->pointer, "expected text");
    } else if (store_text_value(&field, json_string_value(json), &text, &problem)) {
        if (text) {
            add(answer, EXTRA_TEXT, text);
        }
    } else if (problem.detail[0]) {
        mistakes_add(mistakes, answer->pointer, "%s", problem.detail);
    } else {
        mistakes->out_of_memory = true;
    }
}

static void read_answer(const struct reading *reading, enum question kind, const char *pointer,
                        const char *name, const json_t *json) {
    const struct survey_question *asked = survey_find_question(reading->survey, name);
    struct answer answer = {reading, asked, pointer};
    if (!asked || asked->question != kind) {
        mistakes_add(reading->mistakes, pointer,
                     "is no question of kind \"%s\" of this survey; see GET /v1/surveys/%s",
                     question_name(kind), reading->survey->name);
    } else if (json_is_null(json)) {
        return; /* as if absent */
    } else if (kind == QUESTION_CHOICE) {
        read_choices(&answer, json);
    } else {
        read_text(&answer, json);
    }
}

/* One of the two members of answers. */
static void read_member(const struct reading *reading, enum question kind, const char *pointer,
                        const json_t *json) {
    if (!json || json_is_null(json)) {
        return;
    }
    if (!json_is_object(json)) {
        mistakes_add(reading->mistakes, pointer, "expected an object with a member per question");
        return;
    }
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value) {
        CLEANUP(text_clear) struct text where = {0};
        text_append(&where, pointer);
        text_append_pointer_step(&where, name);
        read_answer(reading, kind, where.failed ? pointer : where.bytes, name, value);
    }
}

void read_extras(const json_t *answers, const char *pointer, const struct survey *survey,
                 struct extras *extras, struct mistakes *mistakes) {
    static const struct {
        const char *name;
        enum question kind;
    } members[] = {{"choices", QUESTION_CHOICE}, {"texts", QUESTION_TEXT}};
    struct reading reading = {survey, extras, mistakes};
    for (size_t i = 0; i < COUNT(members); i++) {
        CLEANUP(text_clear) struct text where = {0};
        text_append_format(&where, "%s/%s", pointer, members[i].name);
        read_member(&reading, members[i].kind, where.failed ? "" : where.bytes,
                    json_object_get(answers, members[i].name));
    }
}

static bool was_answered(const struct answers *answers, const struct survey_question *asked) {
    if (question_is_own(asked->question)) {
        return extras_has(&answers->extras, asked->name, NULL);
    }
    return asked->question == QUESTION_COMMENT
               ? answers->comment != NULL
               : answers_rating(answers, asked->question) != RATING_NONE;
}

static const char *parent_of(const struct survey_question *asked) {
    if (!question_is_own(asked->question)) {
        return "";
    }
    return asked->question == QUESTION_CHOICE ? "/choices" : "/texts";
}

void check_conditions(const struct answers *answers, const char *pointer,
                      const struct survey *survey, struct mistakes *mistakes) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        if (survey_question_applies(survey, asked, answers) || !was_answered(answers, asked)) {
            continue;
        }
        CLEANUP(text_clear) struct text where = {0};
        text_append_format(&where, "%s%s/%s", pointer, parent_of(asked),
                           survey_question_name(asked));
        mistakes_add(mistakes, where.failed ? "" : where.bytes,
                     "answers a question that this answer to %s does not lead to; see its \"when\"",
                     survey_question_name(&survey->questions[0]));
    }
}
