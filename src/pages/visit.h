/* Who opened a survey link: whose answer it is, the survey, the answer so far. */
#ifndef PAGES_VISIT_H
#define PAGES_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/invitation.h"
#include "domain/link_contact.h"
#include "domain/survey.h"
#include "http/request.h"
#include "http/response.h"
#include "pages/page.h"

struct app;

enum visit_state {
    VISIT_OPEN,        /* may answer */
    VISIT_EXPIRED,     /* never answered, and now it is too late */
    VISIT_CLOSED,      /* answered, and the edit window is over */
    VISIT_ARCHIVED,    /* the survey takes no answers any more */
    VISIT_ANSWERED,    /* answered, and whoever has a link that nobody signed may not change it */
    VISIT_UNKNOWN,     /* no such link, or none that we or its survey's secret signed */
    VISIT_FAULTY,      /* what the link says of its contact cannot be used */
    VISIT_UNAVAILABLE, /* the database is away */
};

struct visit {
    enum visit_state state;
    struct page page;   /* its survey and language are set unless UNKNOWN or UNAVAILABLE */
    struct text path;   /* owned; where its form goes */
    struct text query;  /* owned; of a signed link "?contact=..&sig=..", else empty */
    const char *change; /* what to add to the path to change the answer; static */
    const char *source; /* of the votes that come from here; static */
    int64_t account_id;
    struct uuid id;      /* what its views and nonces are bound to: the invitation's, or one made of
                            a signed link's contact */
    bool invited;        /* id is an invitation's */
    bool maybe_answered; /* false: there is no response to look for */
    struct contact contact;
    int64_t sent_at_us; /* TIME_NONE when not known */
    int64_t expires_at_us;
    int64_t final_at_us;         /* when the answers can no longer be changed, or TIME_NONE */
    const struct survey *survey; /* lent by the cache until visit_clear */
    struct answers answers;      /* the confirmed ones so far, or ANSWERS_NONE */
    struct link_fault fault;     /* of VISIT_FAULTY */
};

/* Nobody yet; for what opens a visit. */
#define VISIT_NONE                                                                                 \
    ((struct visit){.change = "",                                                                  \
                    .contact = CONTACT_NONE,                                                       \
                    .sent_at_us = INT64_MIN,                                                       \
                    .final_at_us = INT64_MIN,                                                      \
                    .answers = ANSWERS_NONE})

/* Opens the link in the request; blocks on the database. The caller clears *visit, whatever its
 * state. */
typedef void visit_opener(struct app *app, const struct request *request, struct visit *visit);

visit_opener visit_open_invitation; /* /s/{token} */

/* The same when the invitation was read already, or not: found says which. Takes over what is in
 * invitation. */
void visit_open_read(struct app *app, const struct request *request, enum outcome found,
                     struct invitation *invitation, struct visit *visit);

visit_opener visit_open_link; /* /l/{account}/{survey}?.. */

void visit_clear(struct visit *visit);

/* The last step of opening: finds the answer so far, says in which state the visit is, and chooses
 * the language. found tells whether the contact and the survey were found. */
void visit_settle(struct app *app, const struct request *request, enum outcome found,
                  struct visit *visit);

/* Appends the visit's own address, suffix ("/thanks") being added to its path, percent-encoded. */
void visit_append_url(const struct visit *visit, const char *suffix, struct text *url);

/* The page that says why not, for any state but VISIT_OPEN. */
struct response visit_refuse(const struct visit *visit);

/* 503: the answer could not be stored now. */
struct response visit_respond_unavailable(const struct visit *visit);

#endif
