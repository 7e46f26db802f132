#include "pages/form_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain/preselection.h"

#define HIDDEN_FIELDS 3 /* nonce, trap, change */

_Static_assert(EXTRA_QUESTIONS_MAX *EXTRA_CHOICES_MAX + BUILT_IN_QUESTIONS + HIDDEN_FIELDS <=
                   FORM_PARAMS_MAX,
               "whoever ticks every box is not refused");

void form_answers_clear(struct form_answers *form) {
    answers_clear(&form->answers);
    *form = (struct form_answers){.answers = ANSWERS_NONE};
}

static void free_text(char **text) {
    free(*text);
}

/* Takes over the one rating that rating has. */
static void merge_rating(const struct answers *rating, struct answers *answers) {
    if (rating->understood != UNDERSTOOD_NONE) {
        answers->understood = rating->understood;
    }
    if (rating->csat != CSAT_NONE) {
        answers->csat = rating->csat;
    }
    if (rating->nps != NPS_NONE) {
        answers->nps = rating->nps;
    }
    if (rating->ces != CES_NONE) {
        answers->ces = rating->ces;
    }
}

/* One question of a submitted form. */
struct field {
    const struct request *request;
    const struct survey_question *asked;
    char name[FIELD_NAME_SIZE];
    bool required; /* and asked, after this first answer */
    struct answers *answers;
    enum form_mistake mistake;
};

void format_field_name(const struct survey_question *asked, char name[FIELD_NAME_SIZE]) {
    snprintf(name, FIELD_NAME_SIZE, "%s%s",
             question_is_own(asked->question) ? FIELD_OWN_PREFIX : "", survey_question_name(asked));
}

static enum form_mistake read_rating(const struct field *field) {
    struct answers rating;
    const char *value = request_form(field->request, field->name);
    if (!value || !*value) {
        return field->required ? FORM_REQUIRED : FORM_FINE;
    }
    if (!preselection_from_pair(field->name, value, &rating)) {
        return FORM_UNKNOWN;
    }
    merge_rating(&rating, field->answers);
    return FORM_FINE;
}

/* Without blank space around it, and with \n where browsers send \r\n. NULL when out of memory. */
static char *tidy_text(const char *value) {
    value += strspn(value, " \t\r\n");
    char *tidy = malloc(strlen(value) + 1);
    size_t length = 0;
    for (; tidy && *value; value++) {
        if (value[0] != '\r' || value[1] != '\n') {
            tidy[length++] = *value;
        }
    }
    while (tidy && length > 0 && strchr(" \t\r\n", tidy[length - 1])) {
        length--;
    }
    if (tidy) {
        tidy[length] = '\0';
    }
    return tidy;
}

static size_t count_characters(const char *utf8) {
    size_t count = 0;
    for (; *utf8; utf8++) {
        count += (*utf8 & 0xc0) != 0x80;
    }
    return count;
}

static size_t characters_max(const struct field *field) {
    return field->asked->question == QUESTION_COMMENT ? COMMENT_CHARACTERS_MAX
                                                      : EXTRA_TEXT_CHARACTERS_MAX;
}

/* False when out of memory. */
static bool keep_text(const struct field *field, const char *text) {
    if (field->asked->question == QUESTION_TEXT) {
        return extras_add(&field->answers->extras, EXTRA_TEXT, field->asked->name, text);
    }
    field->answers->comment = strdup(text);
    return field->answers->comment != NULL;
}

static bool read_text(struct field *field) {
    const char *value = request_form(field->request, field->name);
    CLEANUP(free_text) char *text = tidy_text(value ? value : "");
    if (!text) {
        return false;
    }
    if (!*text) {
        field->mistake = field->required ? FORM_REQUIRED_TEXT : FORM_FINE;
        return true;
    }
    field->mistake = count_characters(text) > characters_max(field) ? FORM_TEXT_LONG : FORM_FINE;
    return keep_text(field, text);
}

/* A field for each box that was ticked. */
static bool read_choices(struct field *field) {
    const struct request *request = field->request;
    size_t chosen = 0;
    field->mistake = FORM_FINE;
    for (size_t i = 0; i < request->form_count; i++) {
        const struct request_param *param = &request->form[i];
        if (strcmp(param->name, field->name) != 0 || !*param->value) {
            continue;
        }
        if (!survey_question_offers(field->asked, param->value) ||
            (chosen++ > 0 && !field->asked->many)) {
            field->mistake = FORM_UNKNOWN;
        } else if (!extras_add(&field->answers->extras, EXTRA_CHOICE, field->asked->name,
                               param->value)) {
            return false;
        }
    }
    if (field->mistake == FORM_FINE && chosen == 0 && field->required) {
        field->mistake = FORM_REQUIRED;
    }
    return true;
}

static bool read_field(struct field *field) {
    switch (field->asked->question) {
    case QUESTION_COMMENT:
    case QUESTION_TEXT:
        return read_text(field);
    case QUESTION_CHOICE:
        return read_choices(field);
    case QUESTION_UNDERSTOOD:
    case QUESTION_CSAT:
    case QUESTION_NPS:
    case QUESTION_CES:
    case QUESTIONS:
        break;
    }
    field->mistake = read_rating(field);
    return true;
}

/* With mistakes everything stays, to be shown again. */
static void conclude(const struct survey *survey, struct form_answers *form) {
    if (form->mistake_count > 0) {
        return;
    }
    survey_drop_inapplicable(survey, &form->answers);
    if (answers_empty(&form->answers)) {
        enum question first = survey->questions[0].question;
        bool text = first == QUESTION_COMMENT || first == QUESTION_TEXT;
        form->mistakes[0] = text ? FORM_REQUIRED_TEXT : FORM_REQUIRED;
        form->mistake_count = 1;
    }
}

bool form_answers_read(const struct request *request, const struct survey *survey,
                       struct form_answers *form) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        bool applies = survey_question_applies(survey, asked, &form->answers);
        struct field field = {
            .request = request,
            .asked = asked,
            .required = asked->required && applies,
            .answers = &form->answers,
        };
        format_field_name(asked, field.name);
        if (!read_field(&field)) {
            return false;
        }
        form->mistakes[i] = applies ? field.mistake : FORM_FINE;
        form->mistake_count += form->mistakes[i] != FORM_FINE;
    }
    conclude(survey, form);
    return true;
}

void link_answers_read(const struct request *request, const struct survey *survey,
                       struct answers *answers, struct answers *first) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const char *name = question_name(survey->questions[i].question);
        const char *value = request_query(request, name);
        struct answers rating;
        if (!value || !preselection_from_pair(name, value, &rating)) {
            continue;
        }
        merge_rating(&rating, answers);
        if (answers_empty(first)) {
            *first = rating;
        }
    }
}
