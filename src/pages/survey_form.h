/* The survey's form, and the page that asks "is this your answer?". */
#ifndef PAGES_SURVEY_FORM_H
#define PAGES_SURVEY_FORM_H

#include "pages/form_answers.h"
#include "pages/page.h"

#define FIELD_NONCE  "nonce"
#define FIELD_TRAP   "website" /* no person sees it */
#define FIELD_CHANGE "change"  /* the confirm page's second button */

struct survey_form {
    const char *action; /* where it is sent; lent, as all here */
    const char *nonce;
    const struct form_answers *filled; /* what is filled in, and its mistakes */
    const struct answers *chosen;      /* the answer that the link carried, or NULL */
    bool stale;                        /* the nonce was missing or too old */
};

/* 422 when there are mistakes or it is stale, else 200. */
struct response survey_form_respond(const struct page *page, const struct survey_form *form);

/* 200: shows the answers once more; they are sent again by its button. */
struct response confirm_form_respond(const struct page *page, const struct survey_form *form);

#endif
