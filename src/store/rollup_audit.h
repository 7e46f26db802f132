/*
 * Whether the rollups say what the facts say: everything is counted again from responses,
 * invitations and contacts and compared, or written anew. Slow for large accounts (seconds per
 * million answers): the connection's statement timeout must allow for it.
 */
#ifndef STORE_ROLLUP_AUDIT_H
#define STORE_ROLLUP_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/score.h"
#include "store/db.h"

#define ROLLUP_DIFFERENCES_LISTED 50 /* of each table */

struct rollup_difference {
    char *survey; /* owned, as all the texts */
    char *dimension;
    char *value;
    char *day;
    char *question; /* NULL in rollups; in choice_rollups only COUNTER_N counts */
    char *choice;
    struct counters stored;
    struct counters counted;
};

struct rollup_audit {
    int64_t compared;  /* sums over all slots: one for each key without it */
    int64_t differing; /* of them */
    struct rollup_difference listed[2 * ROLLUP_DIFFERENCES_LISTED]; /* the first of each table */
    size_t listed_count;
};

void rollup_audit_clear(struct rollup_audit *audit);

/* The name of a counter's column: "n", "csat_4". */
const char *counter_name(enum counter counter);

/* Compares in one snapshot; the service may go on. Fills *audit, which was zeroed. */
enum outcome rollups_verify(struct db_connection *connection, int64_t account_id,
                            struct rollup_audit *audit);

/* Writes an account's rollups anew, in one transaction; with repeats the repeat marks of its
 * contacts before. Until it ends, answers wait. */
enum outcome rollups_rebuild(struct db_connection *connection, int64_t account_id, bool repeats);

/*
 * The same within the caller's transaction, which must begin with ROLLUP_REBUILD_BEGIN, so that it
 * sees all that was committed and nothing is committed beside it: for changes of the time zone.
 */
#define ROLLUP_REBUILD_BEGIN                                                                       \
    "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE"

enum outcome rollups_rewrite(struct db_connection *connection, int64_t account_id);

#endif
