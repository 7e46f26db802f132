/*
 * The sums that metrics read: rollups and choice_rollups. Every writer of them (intake,
 * invitations, reclassify, housekeeping) collects its changes here and applies them, in the
 * transaction that changed the facts, with rollup_apply or rollup_send. That transaction starts
 * with ROLLUP_LOCK.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"
#include "base/text.h"
#include "domain/contact.h"
#include "domain/score.h"
#include "domain/verdict.h"
#include "domain/vote.h"
#include "store/db.h"
#include "store/params.h"

/* First statement of a transaction that writes rollups; a rebuild takes SHARE ROW EXCLUSIVE
 * instead. */
#define ROLLUP_LOCK "LOCK TABLE rollups IN ROW EXCLUSIVE MODE"

/* The account's local day of a timestamptz column; accounts must be in the FROM list. */
#define ROLLUP_DAY(column) "(timezone(accounts.time_zone, " column "))::date"

#define DAY_TEXT_SIZE    16 /* "2026-11-23" */
#define ROLLUP_SLOTS_MAX 16

struct rollup_delta;

struct rollup_deltas {
    struct rollup_delta *deltas; /* owned */
    size_t count;
    size_t capacity;
    uint32_t *index; /* owned hash index into deltas */
    size_t index_size;
    struct arena texts; /* of the keys */
    bool failed;        /* out of memory: applying fails then */
};

void rollup_deltas_clear(struct rollup_deltas *deltas);

/* Empties without giving memory back. */
void rollup_deltas_reset(struct rollup_deltas *deltas);

/* Where a change is counted. */
struct rollup_place {
    int64_t account_id;
    const char *survey;
    const struct contact *contact; /* its agents, team, channel, reason, language */
    const char *source;
    const char *day; /* "2026-11-23" in the account's zone */
};

/* Adds (sign 1) or takes away (sign -1) one response with these answers and trust. What nobody
 * vouches for is counted under its source alone. */
void rollup_count_response(struct rollup_deltas *deltas, const struct rollup_place *place,
                           const struct survey_response *response, int sign);

/* Adds or takes away one invitation with its verdict, and reason when it was skipped; place is the
 * invitation's own snapshot, source and day. */
void rollup_count_invitation(struct rollup_deltas *deltas, const struct rollup_place *place,
                             enum verdict verdict, enum skip_reason reason, int sign);

/* The same for an invitation's having, or no longer having, a confirmed response. */
void rollup_count_invited_answered(struct rollup_deltas *deltas, const struct rollup_place *place,
                                   int sign);

/* What became of a contact after it was solved. */
struct contact_marks {
    bool repeated; /* its customer came back */
    bool repeated_same_reason;
    bool reassigned; /* before it was answered */
};

/* Adds or takes away one solved contact; place is its snapshot, customer included, the source that
 * reported it first and the day it was solved. Its survey is ignored: contacts are the account's.
 */
void rollup_count_contact(struct rollup_deltas *deltas, const struct rollup_place *place,
                          const struct contact_marks *marks, int sign);

/* Writes the deltas in key order: upserts that add. slot keeps concurrent writers off each other's
 * rows. */
enum outcome rollup_apply(struct db_connection *connection, struct rollup_deltas *deltas, int slot);

/* The same inside a pipeline; params must live until its results are read. OUTCOME_FAILED, the
 * pipeline spoilt, when there are more deltas than fit into one. */
enum outcome rollup_send(struct db_connection *connection, struct rollup_deltas *deltas, int slot,
                         struct params *params);

/*
 * The upsert that counts a response as it is inserted: for a statement whose WITH list has its row,
 * with account_id, survey and answered_at, as new. Its parameters, from $first on, are from deltas
 * of that response, which must be confirmed and without choices; SQL knows the day.
 */
void rollup_append_count_of_new(struct text *sql, size_t first);
void params_count_of_new(struct params *params, struct rollup_deltas *deltas, int slot);

#endif
