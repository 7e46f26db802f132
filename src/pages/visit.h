/* Who opened a survey link: the invitation behind its token, the survey, the answer so far. */
#ifndef PAGES_VISIT_H
#define PAGES_VISIT_H

#include <stdbool.h>

#include "domain/invitation.h"
#include "domain/survey.h"
#include "domain/token.h"
#include "http/request.h"
#include "http/response.h"
#include "pages/page.h"

struct app;

enum visit_state {
    VISIT_OPEN,        /* may answer */
    VISIT_EXPIRED,     /* never answered, and now it is too late */
    VISIT_CLOSED,      /* answered, and the edit window is over */
    VISIT_UNKNOWN,     /* no such link */
    VISIT_UNAVAILABLE, /* the database is away */
};

struct visit {
    enum visit_state state;
    struct page page; /* its survey and language are set unless UNKNOWN or UNAVAILABLE */
    char token_text[TOKEN_TEXT_SIZE];
    struct token token;
    struct invitation invitation;
    const struct survey *survey; /* lent by the cache until visit_clear */
    struct answers answers;      /* the confirmed ones so far, or ANSWERS_NONE */
};

/* Opens the link in the request's path; blocks on the database. The caller clears *visit, whatever
 * its state. */
void visit_open(struct app *app, const struct request *request, struct visit *visit);
void visit_clear(struct visit *visit);

/* The page that says why not, for any state but VISIT_OPEN. */
struct response visit_refuse(const struct visit *visit);

/* 503: the answer could not be stored now. */
struct response visit_respond_unavailable(const struct visit *visit);

#endif
