#include "store/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/contact_record.h"
#include "store/customer_lock.h"
#include "store/report_invitations.h"
#include "store/report_reopened.h"

#define TRIES_MAX 5 /* after deadlocks, each of a second */

/* A survey is deleted only under a lock that keeps us out: what is there now stays until we end. */
static enum outcome check_places(struct db_connection *connection, const struct report reports[],
                                 size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(text_clear) struct text surveys = {0};
    for (size_t i = 0; i < count; i++) {
        if (reports[i].survey) {
            array_append_text(&surveys, reports[i].survey->name);
        }
    }
    params_int(&params, reports[0].account_id);
    params_array(&params, &surveys);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT FROM accounts WHERE account_id = $1 AND NOT EXISTS ("
                 "SELECT survey FROM unnest($2::text[]) AS asked (survey) EXCEPT"
                 " SELECT survey FROM surveys WHERE account_id = $1 AND survey = ANY ($2))",
                 params_from(&params, 0, params.count));
    bool all_there = outcome == OUTCOME_OK && PQntuples(rows) == 1;
    return outcome != OUTCOME_OK || all_there ? outcome : OUTCOME_NOT_FOUND;
}

/*
 * Reports are settled in rounds. In one, each survey asks about a contact once, and a contact that
 * is reopened, or changes otherwise, is reported once: so all of a round is done by few statements.
 */
struct settling {
    struct db_connection *connection;
    struct report *reports;
    size_t count;
    size_t *order;    /* owned; by contact ref, those of one contact as they came */
    size_t *previous; /* owned; of each report the one before it about its contact, or NO_REPORT */
    struct report **chosen; /* owned; room for all */
    struct rollup_deltas deltas;
};

#define NO_REPORT        SIZE_MAX
#define PLANNED_ANEW_MIN 32

static void settling_clear(struct settling *settling) {
    free(settling->order);
    free(settling->previous);
    free(settling->chosen);
    rollup_deltas_clear(&settling->deltas);
}

static int compare_places(const void *one, const void *other, void *reports) {
    const struct report *all = reports;
    size_t first = *(const size_t *)one;
    size_t second = *(const size_t *)other;
    int order = strcmp(all[first].contact.ref, all[second].contact.ref);
    return order ? order : (first > second) - (first < second);
}

static void sort_places(const struct settling *settling, size_t order[], size_t first,
                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        order[i] = first + i;
    }
    qsort_r(order, count, sizeof order[0], compare_places, settling->reports);
}

static bool prepare(struct settling *settling) {
    size_t count = settling->count;
    settling->order = calloc(count, sizeof *settling->order);
    settling->previous = calloc(count, sizeof *settling->previous);
    settling->chosen = calloc(count, sizeof(struct report *));
    if (!settling->order || !settling->previous || !settling->chosen) {
        return false;
    }
    const size_t *order = settling->order;
    sort_places(settling, settling->order, 0, count);
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(settling->reports[order[i]].contact.ref,
                                    settling->reports[order[i - 1]].contact.ref) == 0;
        settling->previous[order[i]] = same ? order[i - 1] : NO_REPORT;
    }
    return true;
}

/* True when two reports of one contact cannot be of one round. */
static bool depends(const struct report *report, const struct report *earlier) {
    return report->event != REPORT_SOLVED || earlier->event != REPORT_SOLVED ||
           (report->survey && earlier->survey &&
            strcmp(report->survey->name, earlier->survey->name) == 0);
}

/* How many reports from first on are one round. */
static size_t round_length(const struct settling *settling, size_t first) {
    size_t next = first + 1;
    for (; next < settling->count; next++) {
        size_t earlier = settling->previous[next];
        while (earlier != NO_REPORT && earlier >= first &&
               !depends(&settling->reports[next], &settling->reports[earlier])) {
            earlier = settling->previous[earlier];
        }
        if (earlier != NO_REPORT && earlier >= first) {
            break;
        }
    }
    return next - first;
}

static bool is_reopened(const struct report *report) {
    return report->event == REPORT_REOPENED;
}

static bool asks(const struct report *report) {
    return report->survey && report->event == REPORT_SOLVED;
}

/* Has those reports of a round settled that it concerns, unless there are none. */
static enum outcome settle_those(struct settling *settling, size_t first, size_t count,
                                 bool (*concerns)(const struct report *),
                                 enum outcome (*settle)(struct db_connection *,
                                                        struct report *const[], size_t,
                                                        struct rollup_deltas *)) {
    size_t chosen = 0;
    for (size_t i = first; i < first + count; i++) {
        if (concerns(&settling->reports[i])) {
            settling->chosen[chosen++] = &settling->reports[i];
        }
    }
    return chosen ? settle(settling->connection, settling->chosen, chosen, &settling->deltas)
                  : OUTCOME_OK;
}

static enum outcome settle_round(struct settling *settling, size_t first, size_t count) {
    sort_places(settling, settling->order, first, count);
    enum outcome outcome = record_contacts(settling->connection, settling->reports, settling->order,
                                           count, &settling->deltas);
    if (outcome == OUTCOME_OK) {
        outcome = settle_those(settling, first, count, is_reopened, cancel_mails);
    }
    return outcome == OUTCOME_OK ? settle_those(settling, first, count, asks, settle_invitations)
                                 : outcome;
}

static enum outcome settle_rounds(struct settling *settling) {
    enum outcome outcome = OUTCOME_OK;
    for (size_t first = 0; outcome == OUTCOME_OK && first < settling->count;) {
        size_t count = round_length(settling, first);
        outcome = settle_round(settling, first, count);
        first += count;
    }
    return outcome;
}

static enum outcome settle_once(struct db_connection *connection, int slot, struct report reports[],
                                size_t count) {
    CLEANUP(settling_clear)
    struct settling settling = {.connection = connection, .reports = reports, .count = count};
    if (!prepare(&settling)) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it does not see CLEANUP */
        return OUTCOME_FAILED;
    }
    enum outcome outcome =
        count < PLANNED_ANEW_MIN ? OUTCOME_OK : db_execute(connection, REPORT_PLAN_ANEW);
    if (outcome == OUTCOME_OK) {
        outcome = check_places(connection, reports, count);
    }
    if (outcome == OUTCOME_OK) {
        outcome = lock_customers(connection, reports, count);
    }
    if (outcome == OUTCOME_OK) {
        outcome = settle_rounds(&settling);
    }
    return outcome == OUTCOME_OK ? rollup_apply(connection, &settling.deltas, slot) : outcome;
}

/* ---- once more ---- */

/* The contacts as they were reported: settling gives each the snapshot that stands. */
struct reported {
    struct contact *contacts; /* owned */
    size_t count;
};

static void reported_clear(struct reported *reported) {
    for (size_t i = 0; i < reported->count; i++) {
        contact_clear(&reported->contacts[i]);
    }
    free(reported->contacts);
}

static bool keep_reported(const struct report reports[], size_t count, struct reported *reported) {
    reported->contacts = calloc(count, sizeof *reported->contacts);
    while (reported->contacts && reported->count < count &&
           contact_copy(&reports[reported->count].contact, &reported->contacts[reported->count])) {
        reported->count++;
    }
    return reported->count == count;
}

static bool put_back(struct report reports[], const struct reported *reported) {
    for (size_t i = 0; i < reported->count; i++) {
        if (!report_reset(&reports[i], &reported->contacts[i])) {
            return false;
        }
    }
    return true;
}

/* Those who answer lock invitations in another order than we do, and arrays that tell more than
 * once of a contact lock in rounds: PostgreSQL ends one of two that wait for each other. */
enum outcome settle_reports(struct db_connection *connection, int slot, struct report reports[],
                            size_t count) {
    CLEANUP(reported_clear) struct reported reported = {0};
    if (count == 0) {
        return OUTCOME_OK;
    }
    enum outcome outcome = keep_reported(reports, count, &reported)
                               ? db_execute(connection, "SAVEPOINT settling")
                               : OUTCOME_FAILED;
    for (int tries = 1; outcome == OUTCOME_OK; tries++) {
        outcome = settle_once(connection, slot, reports, count);
        if (outcome == OUTCOME_OK) {
            break;
        }
        bool again = tries < TRIES_MAX && db_deadlocked(connection);
        if (!put_back(reports, &reported)) {
            return OUTCOME_FAILED;
        }
        if (again) {
            outcome = db_execute(connection, "ROLLBACK TO SAVEPOINT settling");
        }
    }
    return outcome;
}

enum outcome settle_reports_at_once(struct db_connection *connection, int slot,
                                    struct report reports[], size_t count, bool dry_run) {
    enum outcome outcome = db_execute(connection, REPORT_BEGIN);
    if (outcome == OUTCOME_OK) {
        outcome = settle_reports(connection, slot, reports, count);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, dry_run ? "ROLLBACK" : "COMMIT")
                                 : outcome;
}

enum outcome learn_report_sizes(struct db_connection *connection) {
    return db_execute(connection, "ANALYZE contacts, invitations, responses, rollups");
}
