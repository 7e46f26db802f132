/* The shell of every page: head, style, colours, headers. */
#ifndef PAGES_PAGE_H
#define PAGES_PAGE_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/survey.h"
#include "http/response.h"
#include "pages/locale.h"

/* Classes by which a question that is not always asked is hidden until it applies: the first, with
 * its `when` as a number, on the question; the second on the words that say when. */
#define PAGE_WHEN_CLASS      "w"
#define PAGE_CONDITION_CLASS "if"

struct page {
    const struct locale *locale;
    const struct survey *survey; /* lent; NULL where none is known */
    const char *language; /* lent; of the survey's own texts: the invitation's, or locale's */
};

/* The survey's own text, else the locale's. Lent. */
const char *page_text(const struct page *page, enum survey_text text);

/* Appends everything up to the page's first own element; error: the title starts with "Error:". */
void page_open(struct text *text, const struct page *page, const char *title, bool error);

/* Appends a drawing of a speech bubble. */
void page_append_mark(struct text *text);

/* Appends everything after the page's last element. */
void page_close(struct text *text);

/* The finished page with its headers. Takes ownership of text's bytes. */
struct response page_respond(unsigned status, const struct page *page, struct text *text);

/* Sets the headers of everything under /s/: kept by nobody, told to nobody. */
void page_set_headers(struct response *response);

/* A whole page of one title and one sentence. */
struct response page_respond_message(unsigned status, const struct page *page, const char *title,
                                     const char *sentence);

#endif
