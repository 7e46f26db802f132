#include "pages/form_answers.h"

#include <stdlib.h>
#include <string.h>

#include "domain/preselection.h"

void form_answers_clear(struct form_answers *form) {
    answers_clear(&form->answers);
    *form = (struct form_answers){.answers = ANSWERS_NONE};
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

static enum form_mistake read_rating(const char *name, const char *value, bool required,
                                     struct answers *answers) {
    struct answers rating;
    if (!value || !*value) {
        return required ? FORM_REQUIRED : FORM_FINE;
    }
    if (!preselection_from_pair(name, value, &rating)) {
        return FORM_UNKNOWN;
    }
    merge_rating(&rating, answers);
    return FORM_FINE;
}

/* Without blank space around it, and with \n where browsers send \r\n. NULL when out of memory. */
static char *tidy_comment(const char *value) {
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

/* False when out of memory. */
static bool read_comment(const char *value, bool required, struct form_answers *form) {
    char *comment = tidy_comment(value ? value : "");
    if (!comment) {
        return false;
    }
    if (!*comment) {
        free(comment);
        form->mistakes[QUESTION_COMMENT] = required ? FORM_REQUIRED_TEXT : FORM_FINE;
        return true;
    }
    form->answers.comment = comment;
    if (count_characters(comment) > COMMENT_CHARACTERS_MAX) {
        form->mistakes[QUESTION_COMMENT] = FORM_COMMENT_LONG;
    }
    return true;
}

bool form_answers_read(const struct request *request, const struct survey *survey,
                       struct form_answers *form) {
    for (size_t i = 0; i < survey->question_count; i++) {
        enum question question = survey->questions[i].question;
        const char *name = question_name(question);
        const char *value = request_form(request, name);
        bool required = survey->questions[i].required;
        if (question_is_own(question)) {
            continue;
        }
        if (question != QUESTION_COMMENT) {
            form->mistakes[question] = read_rating(name, value, required, &form->answers);
        } else if (!read_comment(value, required, form)) {
            return false;
        }
        form->mistake_count += form->mistakes[question] != FORM_FINE;
    }
    if (form->mistake_count == 0 && answers_empty(&form->answers)) {
        enum question first = survey->questions[0].question;
        form->mistakes[first] = first == QUESTION_COMMENT ? FORM_REQUIRED_TEXT : FORM_REQUIRED;
        form->mistake_count = 1;
    }
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
