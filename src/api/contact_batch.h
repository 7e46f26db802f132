/* A request's contacts, one or many: read, recorded in one transaction, each with its result. */
#ifndef API_CONTACT_BATCH_H
#define API_CONTACT_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "api/mistakes.h"
#include "app.h"
#include "base/outcome.h"
#include "domain/report.h"
#include "http/request.h"
#include "store/contact_list.h"

/* One element of the body; with mistakes there is no report. */
struct contact_entry {
    struct mistakes mistakes;
    struct report *report; /* lent by the batch; or NULL */
};

struct contact_batch {
    bool dry_run;
    struct contact_entry *entries; /* owned, count of them, in the order of the body */
    size_t count;
    struct report *reports; /* owned: those without mistakes */
    size_t valid;
    struct contact_list kept; /* what stands after them */
};

/*
 * Reads the body's elements (an object, or an array of at most REPORTS_AT_ONCE_MAX), and settles
 * those without mistakes, all or none; a dry run does nothing. Other outcomes than OUTCOME_OK
 * concern the batch as a whole. The caller clears it either way. May block.
 */
enum outcome contact_batch_settle(struct app *app, const struct request *request,
                                  struct contact_batch *batch);

void contact_batch_clear(struct contact_batch *batch);

#endif
