/* The events table: the outbox that whoever changes something writes to, and the feed that webhooks
 * and streams read. */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/event.h"
#include "store/db.h"
#include "store/params.h"

/* EVENTS_STREAMED, in SQL. */
#define EVENTS_STREAMED_TEXT "391"

/* What an event is inserted with. */
#define EVENT_COLUMNS "account_id, id, type, object_id, occurred_at"

/* The types that the account of this row of accounts has subscribers for, as an int. */
#define WANTED_EVENTS                                                                              \
    "(accounts.event_mask | CASE WHEN accounts.streamed_until > clock_timestamp() "                \
    "THEN " EVENTS_STREAMED_TEXT " ELSE 0 END)"

/*
 * Writes down, in the caller's transaction, those of count events whose accounts have subscribers
 * for them. Ids are made here where they are all zero.
 */
enum outcome store_events(struct db_connection *connection, struct event events[], size_t count);

/* In a pipeline, for events that are wanted; one result follows. params must live until it is read.
 */
enum outcome send_events(struct db_connection *connection, const struct event events[],
                         size_t count, struct params *params);

/* A place in the feed of one account: after what lies at it. */
struct feed_position {
    uint64_t transaction;
    struct uuid id;
};

struct feed_entry {
    struct event event;
    struct feed_position position;
};

struct feed_page {
    struct feed_entry *entries; /* owned */
    size_t count;
};

void feed_page_clear(struct feed_page *page);

/* Where the feed ends by now: all that commits later comes after it. */
enum outcome load_feed_end(struct db_connection *connection, int64_t account_id,
                           struct feed_position *position);

/*
 * The events after position that can no longer be preceded by others, at most limit, in the feed's
 * order. A long transaction that writes holds up all of them. The caller clears *page either way.
 */
enum outcome load_feed(struct db_connection *connection, int64_t account_id,
                       const struct feed_position *position, size_t limit, struct feed_page *page);

/* Looks at the first limit of an account's events and removes those of them that happened before
 * before_us; *removed says how many. */
enum outcome remove_events(struct db_connection *connection, int64_t account_id, int64_t before_us,
                           int limit, int64_t *removed);

/*
 * In a database that was restored transactions are numbered anew: what lies in the feed then seems
 * to come from the future, and nobody would read it, nor what follows. Moves at most limit of an
 * account's events to the beginning of the feed, and when there are no more, its readers' positions
 * among them, so that each goes on where it was. Nothing happens in any other database. *moved says
 * how many; less than limit: all is well.
 */
enum outcome recover_feed(struct db_connection *connection, int64_t account_id, int limit,
                          int64_t *moved);

#endif
