/* New invitations, in batches. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/contact_row.h"
#include "store/invitation.h"
#include "store/invitation_row.h"
#include "store/multi_row.h"
#include "store/params.h"
#include "store/rollup.h"

/* clang-format off */
static struct multi_row insert = {
    .head = "INSERT INTO invitations (account_id, id, survey, " CONTACT_COLUMN_NAMES ","
            " source, created_at, expires_at) VALUES ",
    .tail = " ON CONFLICT DO NOTHING",
    .columns = 3 + CONTACT_COLUMN_COUNT + 3,
};
/* clang-format on */

/* A batch on its way in: where its invitations lie, in key order, so that two batches never wait
 * for each other in a circle. */
struct batch {
    struct db_connection *connection;
    struct invitation *invitations;
    size_t count;
    bool *created;
    size_t *order; /* owned */
    struct rollup_deltas deltas;
};

static void batch_clear(struct batch *batch) {
    free(batch->order);
    rollup_deltas_clear(&batch->deltas);
}

static int compare_keys(const struct invitation *one, const struct invitation *other) {
    int order = strcmp(one->survey, other->survey);
    return order ? order : strcmp(one->contact.ref, other->contact.ref);
}

static int compare_places(const void *one, const void *other, void *invitations) {
    const struct invitation *all = invitations;
    size_t first = *(const size_t *)one;
    size_t second = *(const size_t *)other;
    int order = compare_keys(&all[first], &all[second]);
    return order ? order : (first > second) - (first < second);
}

static bool sort_batch(struct batch *batch) {
    batch->order = calloc(batch->count, sizeof *batch->order);
    if (!batch->order) {
        return false;
    }
    for (size_t i = 0; i < batch->count; i++) {
        batch->order[i] = i;
    }
    qsort_r(batch->order, batch->count, sizeof *batch->order, compare_places, batch->invitations);
    return true;
}

static void params_invitation(struct params *params, const struct invitation *invitation) {
    params_int(params, invitation->account_id);
    params_uuid(params, &invitation->id);
    params_text(params, invitation->survey);
    params_contact(params, &invitation->contact);
    params_text(params, invitation->source);
    params_time(params, invitation->created_at_us);
    params_time(params, invitation->expires_at_us);
}

static enum outcome insert_batch(const struct batch *batch) {
    CLEANUP(params_clear) struct params params = {0};
    for (size_t done = 0; done < batch->count;) {
        size_t rows;
        const char *sql = multi_row_sql(&insert, batch->count - done, &rows);
        params_reset(&params);
        for (size_t i = 0; i < rows; i++) {
            params_invitation(&params, &batch->invitations[batch->order[done + i]]);
        }
        if (!sql || !params_ready(&params)) {
            return OUTCOME_FAILED;
        }
        CLEANUP(db_rows_free) PGresult *result = NULL;
        enum outcome outcome =
            db_query(batch->connection, &result, sql, params_from(&params, 0, params.count));
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
        done += rows;
    }
    return OUTCOME_OK;
}

/* A survey is deleted only under a lock that keeps us out: what is there now stays until we end. */
static enum outcome check_surveys(const struct batch *batch) {
    CLEANUP(params_clear) struct params params = {0};
    char **surveys = calloc(batch->count, sizeof *surveys);
    if (!surveys) {
        return OUTCOME_FAILED;
    }
    for (size_t i = 0; i < batch->count; i++) {
        surveys[i] = batch->invitations[i].survey;
    }
    params_int(&params, batch->invitations[0].account_id);
    params_texts(&params, surveys, batch->count);
    free(surveys);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(batch->connection, &rows,
                 "SELECT survey FROM unnest($2::text[]) AS asked (survey) EXCEPT"
                 " SELECT survey FROM surveys WHERE account_id = $1 AND survey = ANY ($2)",
                 params_from(&params, 0, params.count));
    bool all_there = outcome == OUTCOME_OK && PQntuples(rows) == 0;
    return outcome != OUTCOME_OK || all_there ? outcome : OUTCOME_NOT_FOUND;
}

/* All that now stand for the batch's keys, ours and those before us, each with its local day. */
static enum outcome query_batch(const struct batch *batch, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    char **texts = calloc(2 * batch->count, sizeof *texts);
    if (!texts) {
        return OUTCOME_FAILED;
    }
    for (size_t i = 0; i < batch->count; i++) {
        texts[i] = batch->invitations[i].survey;
        texts[batch->count + i] = batch->invitations[i].contact.ref;
    }
    params_int(&params, batch->invitations[0].account_id);
    params_texts(&params, texts, batch->count);
    params_texts(&params, texts + batch->count, batch->count);
    free(texts);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    return db_query(
        batch->connection, rows,
        "SELECT " INVITATION_COLUMNS ", " ROLLUP_DAY(
            "invitations.created_at") " FROM invitations JOIN accounts USING (account_id)"
                                      " WHERE account_id = $1 AND (survey, contact_ref) IN"
                                      " (SELECT * FROM unnest($2::text[], $3::text[]))",
        params_from(&params, 0, params.count));
}

/* The first in order whose key is at least that of wanted. */
static size_t lower_bound(const struct batch *batch, const struct invitation *wanted) {
    size_t low = 0;
    size_t high = batch->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&batch->invitations[batch->order[middle]], wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void count_created(struct batch *batch, const struct invitation *invitation,
                          const char *day) {
    struct rollup_place place = {
        .account_id = invitation->account_id,
        .survey = invitation->survey,
        .contact = &invitation->contact,
        .source = invitation->source,
        .day = day,
    };
    rollup_count_invitation(&batch->deltas, &place, invitation->verdict, invitation->skip_reason,
                            1);
}

/* Gives its row to each invitation of the batch with that key; day lives as long as the rows. */
static enum outcome settle_row(struct batch *batch, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation stored = INVITATION_NONE;
    enum outcome outcome = invitation_from_row(rows, row, &stored);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    for (size_t at = lower_bound(batch, &stored); at < batch->count; at++) {
        struct invitation *ours = &batch->invitations[batch->order[at]];
        if (compare_keys(ours, &stored) != 0) {
            break;
        }
        if (memcmp(&ours->id, &stored.id, sizeof stored.id) == 0) {
            batch->created[batch->order[at]] = true;
            count_created(batch, ours, db_text(rows, row, INVITATION_COLUMN_COUNT));
            continue;
        }
        struct invitation copy;
        if (!invitation_copy(&stored, &copy)) {
            return OUTCOME_FAILED;
        }
        invitation_clear(ours);
        *ours = copy;
    }
    return OUTCOME_OK;
}

static enum outcome settle_batch(struct batch *batch, int slot) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_batch(batch, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = settle_row(batch, rows, row);
    }
    return outcome == OUTCOME_OK ? rollup_apply(batch->connection, &batch->deltas, slot) : outcome;
}

enum outcome store_invitations(struct db_connection *connection, int slot,
                               struct invitation invitations[], size_t count, bool created[]) {
    CLEANUP(batch_clear)
    struct batch batch = {
        .connection = connection,
        .invitations = invitations,
        .count = count,
        .created = created,
    };
    if (!sort_batch(&batch)) {
        return OUTCOME_FAILED;
    }
    memset(created, 0, count * sizeof created[0]);
    enum outcome outcome = db_execute(connection, "BEGIN; " ROLLUP_LOCK);
    if (outcome == OUTCOME_OK) {
        outcome = check_surveys(&batch);
    }
    if (outcome == OUTCOME_OK) {
        outcome = insert_batch(&batch);
    }
    if (outcome == OUTCOME_OK) {
        outcome = settle_batch(&batch, slot);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}
