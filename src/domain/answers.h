/* What a customer answered. The words yes, partly, no are the same in SQL, JSON and on the page. */
#ifndef DOMAIN_ANSWERS_H
#define DOMAIN_ANSWERS_H

#include <stdbool.h>

#include "domain/extras.h"

enum understood {
    UNDERSTOOD_NONE, /* not answered */
    UNDERSTOOD_YES,
    UNDERSTOOD_PARTLY,
    UNDERSTOOD_NO,
};

#define CSAT_MIN               1
#define CSAT_MAX               5
#define CSAT_NONE              0
#define NPS_MIN                0
#define NPS_MAX                10
#define NPS_NONE               (-1)
#define CES_MIN                1
#define CES_MAX                7
#define CES_NONE               0
#define COMMENT_CHARACTERS_MAX 4000

struct answers {
    enum understood understood;
    int csat;      /* 1..5 or CSAT_NONE */
    int nps;       /* 0..10 or NPS_NONE */
    int ces;       /* 1..7 or CES_NONE */
    char *comment; /* owned; NULL when there is none */
    struct extras extras;
};

#define ANSWERS_NONE ((struct answers){.csat = CSAT_NONE, .nps = NPS_NONE, .ces = CES_NONE})

void answers_clear(struct answers *answers);

/* False when out of memory; *copy is then untouched. */
bool answers_copy(const struct answers *answers, struct answers *copy);

/* True when nothing at all was answered. */
bool answers_empty(const struct answers *answers);
bool answers_equal(const struct answers *one, const struct answers *other);

/* "yes", "partly", "no", or NULL for UNDERSTOOD_NONE. */
const char *understood_name(enum understood understood);

/* False, leaving *understood alone, unless name is one of the three words. */
bool understood_from_name(const char *name, enum understood *understood);

#endif
