#include "domain/question.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[QUESTIONS] = {
    [QUESTION_UNDERSTOOD] = "understood",
    [QUESTION_CSAT] = "csat",
    [QUESTION_NPS] = "nps",
    [QUESTION_CES] = "ces",
    [QUESTION_COMMENT] = "comment",
    [QUESTION_CHOICE] = "choice",
    [QUESTION_TEXT] = "text",
};

const char *question_name(enum question question) {
    return names[question];
}

bool question_from_name(const char *name, enum question *question) {
    for (size_t i = 0; i < BUILT_IN_QUESTIONS; i++) {
        if (strcmp(names[i], name) == 0) {
            *question = (enum question)i;
            return true;
        }
    }
    return false;
}

bool question_is_own(enum question question) {
    return question == QUESTION_CHOICE || question == QUESTION_TEXT;
}

static unsigned bits(int min, int max) {
    return (2U << max) - (1U << min);
}

unsigned question_ratings(enum question question) {
    switch (question) {
    case QUESTION_UNDERSTOOD:
        return bits(UNDERSTOOD_YES, UNDERSTOOD_NO);
    case QUESTION_CSAT:
        return bits(CSAT_MIN, CSAT_MAX);
    case QUESTION_NPS:
        return bits(NPS_MIN, NPS_MAX);
    case QUESTION_CES:
        return bits(CES_MIN, CES_MAX);
    case QUESTION_COMMENT:
    case QUESTION_CHOICE:
    case QUESTION_TEXT:
    case QUESTIONS:
        break;
    }
    return 0;
}

static int unless(int rating, int none) {
    return rating == none ? RATING_NONE : rating;
}

int answers_rating(const struct answers *answers, enum question question) {
    switch (question) {
    case QUESTION_UNDERSTOOD:
        return unless((int)answers->understood, UNDERSTOOD_NONE);
    case QUESTION_CSAT:
        return unless(answers->csat, CSAT_NONE);
    case QUESTION_NPS:
        return unless(answers->nps, NPS_NONE);
    case QUESTION_CES:
        return unless(answers->ces, CES_NONE);
    case QUESTION_COMMENT:
    case QUESTION_CHOICE:
    case QUESTION_TEXT:
    case QUESTIONS:
        break;
    }
    return RATING_NONE;
}

void answers_drop(struct answers *answers, const struct survey_question *asked) {
    switch (asked->question) {
    case QUESTION_UNDERSTOOD:
        answers->understood = UNDERSTOOD_NONE;
        break;
    case QUESTION_CSAT:
        answers->csat = CSAT_NONE;
        break;
    case QUESTION_NPS:
        answers->nps = NPS_NONE;
        break;
    case QUESTION_CES:
        answers->ces = CES_NONE;
        break;
    case QUESTION_COMMENT:
        free(answers->comment);
        answers->comment = NULL;
        break;
    case QUESTION_CHOICE:
    case QUESTION_TEXT:
        extras_drop(&answers->extras, asked->name);
        break;
    case QUESTIONS:
        break;
    }
}

const char *survey_question_name(const struct survey_question *asked) {
    return question_is_own(asked->question) ? asked->name : names[asked->question];
}

bool survey_question_offers(const struct survey_question *asked, const char *choice) {
    for (size_t i = 0; i < asked->choice_count; i++) {
        if (strcmp(asked->choices[i].name, choice) == 0) {
            return true;
        }
    }
    return false;
}

const char *extra_name_objection(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    bool sane = length > 0 && length <= EXTRA_NAME_BYTES_MAX && name[length] == '\0' &&
                name[0] != '_' && name[0] != '-';
    return sane ? NULL
                : "must be 1 to 64 of a-z, 0-9, _ and -, the first of them a letter or a digit";
}
