#include "pages/form_texts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "pages/html.h"

static struct own_words own_words(const struct page *page, const struct survey_question *asked,
                                  const char *choice) {
    const char *const languages[] = {page->language, page->locale->language};
    return survey_own_text(page->survey, languages, asked->name, choice);
}

const char *question_text(const struct page *page, const struct survey_question *asked) {
    static const enum survey_text texts[] = {
        [QUESTION_UNDERSTOOD] = SURVEY_TEXT_UNDERSTOOD,
        [QUESTION_CSAT] = SURVEY_TEXT_CSAT,
        [QUESTION_NPS] = SURVEY_TEXT_NPS,
        [QUESTION_CES] = SURVEY_TEXT_CES,
        [QUESTION_COMMENT] = SURVEY_TEXT_COMMENT,
    };
    return question_is_own(asked->question) ? own_words(page, asked, NULL).text
                                            : page_text(page, texts[asked->question]);
}

static void append_words(struct text *text, const struct page *page, struct own_words words) {
    const char *spoken = page->locale->language;
    size_t length = strlen(spoken);
    if (!words.language || (strncasecmp(words.language, spoken, length) == 0 &&
                            !isalnum((unsigned char)words.language[length]))) {
        html(text, "%s", words.text);
    } else {
        html(text, "<bdi lang=\"%s\">%s</bdi>", words.language, words.text);
    }
}

void append_question(struct text *text, const struct page *page,
                     const struct survey_question *asked) {
    if (question_is_own(asked->question)) {
        append_words(text, page, own_words(page, asked, NULL));
    } else {
        html(text, "%s", question_text(page, asked));
    }
}

void append_choice(struct text *text, const struct page *page, const struct survey_question *asked,
                   const char *choice) {
    append_words(text, page, own_words(page, asked, choice));
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

const char *answer_text(const struct page *page, const struct survey_question *asked,
                        const struct answers *answers, char number[NUMBER_TEXT_SIZE]) {
    switch (asked->question) {
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
    case QUESTION_TEXT:
        return extras_value(&answers->extras, asked->name);
    case QUESTION_CHOICE:
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

static void append_rating(struct text *text, const struct page *page, int rating) {
    if (page->survey->questions[0].question == QUESTION_UNDERSTOOD) {
        text_append(text, understood_label(page, (enum understood)rating));
    } else {
        text_append_int(text, rating);
    }
}

void append_condition(struct text *text, const struct page *page,
                      const struct survey_question *asked) {
    CLEANUP(text_clear) struct text answers = {0};
    for (int rating = 0; rating <= RATING_MAX; rating++) {
        if (asked->when >> rating & 1) {
            text_append(&answers, answers.length ? " / " : "");
            append_rating(&answers, page, rating);
        }
    }
    text->failed |= answers.failed;
    locale_append_html(text, page->locale->only_if, answers.bytes ? answers.bytes : "");
}

void append_mistake(struct text *text, const struct locale *locale, enum question question,
                    enum form_mistake mistake) {
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
    case FORM_TEXT_LONG:
        locale_append_counted_html(text, locale, &locale->error_text_long,
                                   question == QUESTION_COMMENT ? COMMENT_CHARACTERS_MAX
                                                                : EXTRA_TEXT_CHARACTERS_MAX);
        break;
    case FORM_FINE:
        break;
    }
}
