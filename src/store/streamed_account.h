/* Which accounts' events are written down for live streams, and how far their feeds can be read. */
#ifndef STORE_STREAMED_ACCOUNT_H
#define STORE_STREAMED_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "store/db.h"
#include "store/event.h"

/* Where the database's transactions stand. */
struct feed_horizon {
    uint64_t oldest; /* all below have ended: feeds are read up to here */
    uint64_t next;   /* none from here on has begun */
};

enum outcome load_feed_horizon(struct db_connection *connection, struct feed_horizon *horizon);

/* Behind everything below the horizon, and before all that is still to come. */
struct feed_position feed_position_at(const struct feed_horizon *horizon);

/* Below 0 when one comes before the other, 0 when they are the same. */
int feed_position_compare(const struct feed_position *one, const struct feed_position *other);

/* From now on for so long the account's events are written down; *from is the transaction since
 * which they are. Before anybody is told that it listens, wait for await_transactions.
 * OUTCOME_NOT_FOUND without the account. */
enum outcome keep_streamed(struct db_connection *connection, int64_t account_id, int64_t for_us,
                           uint64_t *from);

struct streamed_feed {
    int64_t account_id;
    uint64_t from; /* filled in: the transaction since which it is whole */
};

/* The same for many, which should be streamed already. */
enum outcome keep_all_streamed(struct db_connection *connection, struct streamed_feed feeds[],
                               size_t count, int64_t for_us);

/* Until all transactions have ended that may have looked before keep_streamed was committed, by
 * this connection or just now by another. Those that began limit_us ago or earlier are not waited
 * for, and nothing is for longer. */
enum outcome await_transactions(struct db_connection *connection, int64_t limit_us);

/* How far somebody has read one account's feed. */
struct feed_reader {
    int64_t account_id;
    struct feed_position position;
    bool has_more; /* filled in */
};

/* Whether there is more in each of count feeds, in one query; and the horizon up to which this is
 * said. */
enum outcome look_into_feeds(struct db_connection *connection, struct feed_reader readers[],
                             size_t count, struct feed_horizon *horizon);

#endif
