/* What questions, answers and mistakes are called on a page. */
#ifndef PAGES_FORM_TEXTS_H
#define PAGES_FORM_TEXTS_H

#include "pages/form_answers.h"
#include "pages/page.h"

#define NUMBER_TEXT_SIZE 12

/* All lent. */
const char *question_text(const struct page *page, const struct survey_question *asked);

/* Appends the same, or what one of its choices is called, as HTML; marked with its language when
 * that is not the page's. */
void append_question(struct text *text, const struct page *page,
                     const struct survey_question *asked);
void append_choice(struct text *text, const struct page *page, const struct survey_question *asked,
                   const char *choice);
const char *understood_label(const struct page *page, enum understood understood);

/* "Partly", "4", a text; NULL when the question was not answered, or by choices. number is room for
 * a number. */
const char *answer_text(const struct page *page, const struct survey_question *asked,
                        const struct answers *answers, char number[NUMBER_TEXT_SIZE]);

/* What stands between sentence and the next one: nothing after a full-width mark, else a space. */
const char *sentence_gap(const char *sentence);

/* Appends after which answers to the first question this one is asked, as HTML: "Partly / No". */
void append_condition(struct text *text, const struct page *page,
                      const struct survey_question *asked);

/* Appends what is wrong with an answer to question, as HTML. */
void append_mistake(struct text *text, const struct locale *locale, enum question question,
                    enum form_mistake mistake);

#endif
