/* Estimates of responses that are there made anew, and the sums that follow from them: for when
 * another model is in use. */
#ifndef STORE_RESCORE_H
#define STORE_RESCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/sentiment.h"
#include "store/db.h"

struct rescore_order {
    int64_t account_id;
    const struct sentiment_scorer *scorer; /* lent */
    bool all; /* also the responses that this model has estimated already */
};

/* What one step has done. */
struct rescored {
    int64_t seen;
    int64_t estimated; /* of those */
    int64_t differing; /* of those: polarity or frustration is another than before */
    bool finished;     /* there are no more */
};

/*
 * Goes on where the last step of the same order ended, also if that was in another process: the
 * next few hundred responses in the order of their ids, in one transaction with the sums and how
 * far it has come. Several may be at it: they take turns. When the last response is done the next
 * step begins anew. Nothing was done unless OUTCOME_OK.
 */
enum outcome rescore_some(struct db_connection *connection, const struct rescore_order *order,
                          struct rescored *rescored);

/* True when some of the account's responses were estimated by another model than this, or not at
 * all, as far as a look at the first and the last of them and at unfinished steps tells. */
enum outcome find_unscored(struct db_connection *connection, int64_t account_id, const char *model,
                           bool *found);

#endif
