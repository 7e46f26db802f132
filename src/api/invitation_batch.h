/* A request's invitations, one or many: read, stored in one transaction, each with its result. */
#ifndef API_INVITATION_BATCH_H
#define API_INVITATION_BATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/mistakes.h"
#include "app.h"
#include "base/outcome.h"
#include "domain/report.h"
#include "domain/survey.h"
#include "http/request.h"

/* One element of the body; with mistakes, or for an archived survey, it is not reported. */
struct invitation_entry {
    struct mistakes mistakes;
    struct report *report;       /* lent by the batch; or NULL */
    const struct survey *survey; /* held in the cache */
    bool archived;               /* without mistakes, but survey takes none, and nothing is sent */
};

struct invitation_batch {
    struct invitation_entry *entries; /* owned, count of them, in the order of the body */
    size_t count;
    struct report *reports; /* owned: those that may be stored */
    size_t valid;
    bool dry_run; /* set by the caller: tells what would happen, and stores nothing */
};

/*
 * Reads the body's elements (an object, or an array of at most REPORTS_AT_ONCE_MAX), and reports
 * those without mistakes, all or none. Other outcomes than OUTCOME_OK concern the batch as a whole.
 * The caller clears it either way. May block.
 */
enum outcome invitation_batch_settle(struct app *app, const struct request *request,
                                     struct invitation_batch *batch);

void invitation_batch_clear(struct invitation_batch *batch);

#endif
