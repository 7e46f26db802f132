#include "pages/form_texts.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"

const char *question_text(const struct page *page, enum question question) {
    static const enum survey_text texts[QUESTIONS] = {
        [QUESTION_UNDERSTOOD] = SURVEY_TEXT_UNDERSTOOD,
        [QUESTION_CSAT] = SURVEY_TEXT_CSAT,
        [QUESTION_NPS] = SURVEY_TEXT_NPS,
        [QUESTION_CES] = SURVEY_TEXT_CES,
        [QUESTION_COMMENT] = SURVEY_TEXT_COMMENT,
    };
    return page_text(page, texts[question]);
}

const char *understood_label(const struct page *page, enum understood understood) {
    switch (understood) {
    case UNDERSTOOD_YES:
        return page_text(page, SURVEY_TEXT_UNDERSTOOD_YES);
    case UNDERSTOOD_PARTLY:
        return page_text(page, SURVEY_TEXT_UNDERSTOOD_PARTLY);
    case UNDERSTOOD_NO:
        return page_text(page, SURVEY_TEXT_UNDERSTOOD_NO);
    case UNDERSTOOD_NONE:
        break;
    }
    return NULL;
}

static const char *number_text(int value, int none, char number[NUMBER_TEXT_SIZE]) {
    snprintf(number, NUMBER_TEXT_SIZE, "%d", value);
    return value == none ? NULL : number;
}

const char *answer_text(const struct page *page, enum question question,
                        const struct answers *answers, char number[NUMBER_TEXT_SIZE]) {
    switch (question) {
    case QUESTION_UNDERSTOOD:
        return understood_label(page, answers->understood);
    case QUESTION_CSAT:
        return number_text(answers->csat, CSAT_NONE, number);
    case QUESTION_NPS:
        return number_text(answers->nps, NPS_NONE, number);
    case QUESTION_CES:
        return number_text(answers->ces, CES_NONE, number);
    case QUESTION_COMMENT:
        return answers->comment;
    case QUESTION_CHOICE:
    case QUESTION_TEXT:
    case QUESTIONS:
        break;
    }
    return NULL;
}

const char *sentence_gap(const char *sentence) {
    static const char *const full_width[] = {"\u3002", "\uff01", "\uff1f"};
    size_t length = strlen(sentence);
    for (size_t i = 0; i < COUNT(full_width); i++) {
        size_t mark = strlen(full_width[i]);
        if (length >= mark && strcmp(sentence + length - mark, full_width[i]) == 0) {
            return "";
        }
    }
    return " ";
}

void append_mistake(struct text *text, const struct locale *locale, enum form_mistake mistake) {
    switch (mistake) {
    case FORM_REQUIRED:
        text_append_html(text, locale->error_required);
        break;
    case FORM_REQUIRED_TEXT:
        text_append_html(text, locale->error_required_text);
        break;
    case FORM_UNKNOWN:
        text_append_html(text, locale->error_unknown);
        break;
    case FORM_COMMENT_LONG:
        locale_append_counted_html(text, locale, &locale->error_text_long, COMMENT_CHARACTERS_MAX);
        break;
    case FORM_FINE:
        break;
    }
}
