/* What questions, answers and mistakes are called on a page. */
#ifndef PAGES_FORM_TEXTS_H
#define PAGES_FORM_TEXTS_H

#include "pages/form_answers.h"
#include "pages/page.h"

#define NUMBER_TEXT_SIZE 12

/* All lent. */
const char *question_text(const struct page *page, enum question question);
const char *understood_label(const struct page *page, enum understood understood);

/* "Partly", "4", the comment; NULL when the question was not answered. number is room for a number.
 */
const char *answer_text(const struct page *page, enum question question,
                        const struct answers *answers, char number[NUMBER_TEXT_SIZE]);

/* What stands between sentence and the next one: nothing after a full-width mark, else a space. */
const char *sentence_gap(const char *sentence);

/* Appends what is wrong with an answer, as HTML. */
void append_mistake(struct text *text, const struct locale *locale, enum form_mistake mistake);

#endif
