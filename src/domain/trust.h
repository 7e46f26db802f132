/*
 * Person or machine: a submitted page is weighed by its evidence. Mail scanners open every link and
 * some submit forms, so no single clue decides but the plain ones.
 */
#ifndef DOMAIN_TRUST_H
#define DOMAIN_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/vote.h"

/* What is known about one submission. Durations in microseconds, TIME_NONE when not known. */
struct evidence {
    int64_t elapsed_us;            /* since the render of the very page that was submitted */
    int64_t sent_to_first_view_us; /* from the invitation to the first time its page was opened */
    int64_t sent_to_submit_us;
    int burst_values;   /* different preselected answers opened within 10 s of that render */
    bool trap_filled;   /* the field that no person sees */
    bool cross_site;    /* Sec-Fetch-Site says that another site's page sent it */
    bool scanner_agent; /* see scanner_agent() */
    bool moved;         /* another network than the render's */
    bool preselected;   /* the link carried an answer */
    bool unchanged;     /* and it was sent as it stood */
    bool commented;     /* a comment, or another text, was typed */
    bool only_question; /* nothing was asked but what the link preselected */
    bool confirming;    /* sent from the page that asks "is this your answer?" */
};

enum reason {
    REASON_TOO_FAST,   /* less than 1 s after its own render: held alone */
    REASON_FAST,       /* 1 to 1.5 s */
    REASON_TRAP,       /* the hidden field was filled: held alone */
    REASON_CROSS_SITE, /* held alone */
    REASON_BURST,      /* several score links at once: held alone */
    REASON_SCANNER_AGENT,
    REASON_VIEWED_AT_ONCE, /* opened less than 10 s after it was sent */
    REASON_UNCHANGED,      /* the preselected answer, without a comment */
    REASON_MOVED,
    REASON_LONE_ANSWER, /* nothing else was asked, and less than 60 s since it was sent: held alone
                         */
    REASON_CONSIDERED,  /* in its favour: a comment or a changed answer, after at least 3 s */
    REASONS,
};

#define BURST_WINDOW_US INT64_C(10000000)

struct suspicion {
    enum trust trust; /* confirmed or provisional */
    int points;       /* never below 0 */
    unsigned reasons; /* bit 1 << enum reason for each that counted */
};

/* provisional_at: the points from which a vote is held. */
struct suspicion weigh(const struct evidence *evidence, int provisional_at);

/* "too_fast", "trap", ...: stable, part of the API. */
const char *reason_name(enum reason reason);

/* True for the User-Agent of a mail scanner, a link preview or a crawler; NULL is none of them. */
bool scanner_agent(const char *user_agent);

#endif
