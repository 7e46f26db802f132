/* Reports that ask to invite, on their way. For store/report_*.c. */
#ifndef STORE_REPORT_WISH_H
#define STORE_REPORT_WISH_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/report.h"
#include "store/db.h"
#include "store/invite_facts.h"
#include "store/rollup.h"

/* A report's wish to ask, on its way. */
struct wish {
    struct report *report;
    bool stands;                /* survey and contact have an invitation already: */
    struct invitation standing; /* owned */
    bool decides;               /* report->invitation is new, or standing decided anew */
    char *address;              /* owned; the key of the customer's, or NULL */
    struct invite_case asked;   /* when it decides, and is to be sent */
};

struct wishes {
    struct db_connection *connection;
    struct wish *list;   /* owned, in the order of the reports */
    struct wish **order; /* owned, the same by survey and ref */
    size_t count;
    struct invitation **invitations; /* owned; room for one of each wish */
    struct rollup_deltas *deltas;
};

/* Decides, under the locks of the customers, whether those that are to be sent are: in the order of
 * the reports, so that of two of one customer the first is. */
enum outcome decide_wishes(struct wishes *wishes);

#endif
