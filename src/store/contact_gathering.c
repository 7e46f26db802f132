#include "store/contact_gathering.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "domain/report.h"
#include "store/contact_row.h"
#include "store/counting.h"
#include "store/params.h"
#include "store/report.h"

#define ROWS_PER_STEP "500"

/* clang-format off */
#define END(table)                                                                             \
    "SELECT max(step.id::text) FROM (SELECT id FROM " table " WHERE account_id = $1"           \
    " AND id > $2 AND id < $3 ORDER BY id LIMIT " ROWS_PER_STEP ") step"

/* Of each contact the first row. */
#define UNKNOWN(facts, id, from)                                                               \
    "SELECT DISTINCT ON (" facts ".contact_ref) " CONTACT_COLUMNS(facts) ", " facts ".source"  \
    " FROM " from " WHERE " facts ".account_id = $1 AND " id " > $2 AND " id " <= $3"          \
    " AND " facts "." VOUCHED_FOR                                                              \
    " AND NOT EXISTS (SELECT FROM contacts WHERE account_id = $1"                              \
    " AND contacts.contact_ref = " facts ".contact_ref OFFSET 0)"                              \
    " ORDER BY " facts ".contact_ref, " id

static const struct {
    const char *job;
    const char *end_sql;
    const char *unknown_sql;
} walks[GATHERINGS] = {
    [GATHER_FROM_RESPONSES] = {
        "contacts_of_responses", END("responses"),
        UNKNOWN("responses", "responses.id", "responses")},
    [GATHER_FROM_VOTES] = {
        "contacts_of_votes", END("votes"),
        UNKNOWN("responses", "votes.id", "votes JOIN responses"
                " ON responses.account_id = votes.account_id AND responses.id = votes.response_id")},
    [GATHER_FROM_INVITATIONS] = {
        "contacts_of_invitations", END("invitations"),
        UNKNOWN("invitations", "invitations.id", "invitations")},
};
/* clang-format on */

/* One step: from progress to end. */
struct walk {
    struct db_connection *connection;
    int64_t account_id;
    enum gathering from;
    const struct uuid *bound;
    struct uuid progress;
    struct uuid end;
    bool finished;
};

static enum outcome query(const struct walk *walk, const char *sql, const struct uuid *after,
                          const struct uuid *up_to, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, walk->account_id);
    params_uuid(&params, after);
    params_uuid(&params, up_to);
    return params_ready(&params)
               ? db_query(walk->connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

static enum outcome with_job(const struct walk *walk, const char *sql, const struct uuid *id,
                             PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, walk->account_id);
    params_text(&params, walks[walk->from].job);
    if (id) {
        params_uuid(&params, id);
    }
    return params_ready(&params)
               ? db_query(walk->connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

/* Locks the walk's progress; another who is at it finishes ours. */
static enum outcome lock_progress(struct walk *walk) {
    static const struct uuid nothing = {{0}};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = with_job(
        walk,
        "INSERT INTO job_progress (account_id, job, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &nothing, &rows);
    if (outcome == OUTCOME_OK) {
        outcome = with_job(walk,
                           "SELECT id FROM job_progress WHERE account_id = $1 AND job = $2"
                           " FOR UPDATE SKIP LOCKED",
                           NULL, &rows);
    }
    if (outcome == OUTCOME_OK) {
        walk->finished = PQntuples(rows) == 0 || !uuid_parse(db_text(rows, 0, 0), &walk->progress);
    }
    return outcome;
}

static enum outcome find_end(struct walk *walk) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        query(walk, walks[walk->from].end_sql, &walk->progress, walk->bound, &rows);
    if (outcome == OUTCOME_OK) {
        const char *end = db_text(rows, 0, 0);
        walk->finished = !end || !uuid_parse(end, &walk->end);
    }
    return outcome;
}

struct found {
    struct report *reports; /* owned */
    size_t count;
};

static void found_clear(struct found *found) {
    for (size_t i = 0; i < found->count; i++) {
        report_clear(&found->reports[i]);
    }
    free(found->reports);
}

static bool found_from_rows(const PGresult *rows, int64_t account_id, struct found *found) {
    size_t count = (size_t)PQntuples(rows);
    found->reports = calloc(count + 1, sizeof *found->reports);
    int64_t now_us = time_now_us();
    for (size_t i = 0; found->reports && i < count; i++) {
        struct report *report = &found->reports[i];
        *report = REPORT_NONE;
        report->account_id = account_id;
        report->reported_at_us = now_us;
        strncpy(report->source, db_text(rows, (int)i, CONTACT_COLUMN_COUNT), SOURCE_BYTES_MAX);
        if (!contact_from_row(rows, (int)i, 0, &report->contact)) {
            return false;
        }
        found->count++;
    }
    return found->reports;
}

static enum outcome record_unknown(struct walk *walk) {
    CLEANUP(found_clear) struct found found = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        query(walk, walks[walk->from].unknown_sql, &walk->progress, &walk->end, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return found_from_rows(rows, walk->account_id, &found)
               ? settle_reports(walk->connection, REPORT_ROLLUP_SLOT, found.reports, found.count)
               : OUTCOME_FAILED;
}

static enum outcome store_progress(const struct walk *walk) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return with_job(walk, "UPDATE job_progress SET id = $3 WHERE account_id = $1 AND job = $2",
                    &walk->end, &rows);
}

static enum outcome take_step(struct walk *walk) {
    enum outcome outcome = lock_progress(walk);
    if (outcome == OUTCOME_OK && !walk->finished) {
        outcome = find_end(walk);
    }
    if (outcome == OUTCOME_OK && !walk->finished) {
        outcome = record_unknown(walk);
    }
    if (outcome == OUTCOME_OK && !walk->finished) {
        outcome = store_progress(walk);
    }
    return outcome;
}

enum outcome gather_contacts(struct db_connection *connection, int64_t account_id,
                             enum gathering from, const struct uuid *bound, bool *finished) {
    struct walk walk = {
        .connection = connection, .account_id = account_id, .from = from, .bound = bound};
    enum outcome outcome = db_execute(connection, REPORT_BEGIN "; " REPORT_PLAN_ANEW);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = take_step(&walk);
    *finished = walk.finished;
    enum outcome end = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? end : outcome;
}

enum outcome rewind_gathering(struct db_connection *connection, int64_t account_id,
                              const struct uuid *id) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    const struct walk walk = {
        .connection = connection, .account_id = account_id, .from = GATHER_FROM_RESPONSES};
    return with_job(
        &walk, "UPDATE job_progress SET id = $3 WHERE account_id = $1 AND job = $2 AND id > $3", id,
        &rows);
}
