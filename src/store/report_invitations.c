#include "store/report_invitations.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/invitation_row.h"
#include "store/invitation_write.h"

/* A report's wish to ask, on its way. */
struct wish {
    struct report *report;
    bool stands;                /* survey and contact have an invitation already: */
    struct invitation standing; /* owned */
    bool decides;               /* report->invitation is new, or standing decided anew */
};

struct settling {
    struct db_connection *connection;
    struct wish *wishes; /* owned, in the order of the reports */
    struct wish **order; /* owned, the same by survey and ref */
    size_t count;
    struct invitation **invitations; /* owned; room for one of each wish */
    struct rollup_deltas *deltas;
};

static void settling_clear(struct settling *settling) {
    for (size_t i = 0; settling->wishes && i < settling->count; i++) {
        invitation_clear(&settling->wishes[i].standing);
    }
    free(settling->wishes);
    free(settling->order);
    free(settling->invitations);
}

static int compare_keys(const struct invitation *one, const struct invitation *other) {
    int order = strcmp(one->survey, other->survey);
    return order ? order : strcmp(one->contact.ref, other->contact.ref);
}

static int compare_wishes(const void *one, const void *other) {
    const struct wish *const *first = one;
    const struct wish *const *second = other;
    return compare_keys(&(*first)->report->invitation, &(*second)->report->invitation);
}

static int compare_with_wish(const void *key, const void *wish) {
    const struct wish *const *at = wish;
    return compare_keys(key, &(*at)->report->invitation);
}

/* As it will be when there is none yet. */
static bool prepare_invitation(struct report *report) {
    struct invitation *made = &report->invitation;
    invitation_clear(made);
    made->account_id = report->account_id;
    made->id = uuid_new();
    memcpy(made->survey, report->survey->name, sizeof made->survey);
    memcpy(made->source, report->source, sizeof made->source);
    made->created_at_us = report->reported_at_us;
    made->expires_at_us = report->reported_at_us + report->survey->expires_after_days * US_PER_DAY;
    return contact_copy(&report->contact, &made->contact);
}

static bool prepare(struct settling *settling, struct report *const reports[]) {
    size_t count = settling->count;
    settling->wishes = calloc(count, sizeof *settling->wishes);
    settling->order = calloc(count, sizeof(struct wish *));
    settling->invitations = calloc(count, sizeof(struct invitation *));
    if (!settling->wishes || !settling->order || !settling->invitations) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        settling->wishes[i] =
            (struct wish){.report = reports[i], .standing = INVITATION_NONE, .decides = true};
        settling->order[i] = &settling->wishes[i];
        if (!prepare_invitation(reports[i])) {
            return false;
        }
    }
    qsort(settling->order, count, sizeof(struct wish *), compare_wishes);
    return true;
}

/* The invitations of those wishes that are as asked for, in the order of their keys. */
static size_t collect(struct settling *settling, bool (*wanted)(const struct wish *)) {
    size_t count = 0;
    for (size_t i = 0; i < settling->count; i++) {
        if (wanted(settling->order[i])) {
            settling->invitations[count++] = &settling->order[i]->report->invitation;
        }
    }
    return count;
}

static bool is_any(const struct wish *wish) {
    (void)wish;
    return true;
}

static bool is_to_send(const struct wish *wish) {
    return wish->report->send;
}

static bool is_new(const struct wish *wish) {
    return !wish->stands;
}

/* The wish of a row's key, with what the row holds in *stored (the caller clears it). */
static enum outcome wish_of_row(struct settling *settling, const PGresult *rows, int row,
                                struct invitation *stored, struct wish **wish) {
    enum outcome outcome = invitation_from_row(rows, row, stored);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct wish **found =
        bsearch(stored, settling->order, settling->count, sizeof(struct wish *), compare_with_wish);
    *wish = found ? *found : NULL;
    return found ? OUTCOME_OK : OUTCOME_FAILED;
}

/* Nobody has decided on it, or what was decided no longer holds. */
static bool is_undecided(const struct invitation *standing) {
    return standing->answered_at_us == TIME_NONE &&
           (standing->verdict == VERDICT_CREATED || standing->skip_reason == SKIP_REOPENED);
}

/* The invitation stays who it is, and gets a new life. */
static void renew(struct wish *wish) {
    struct invitation *anew = &wish->report->invitation;
    anew->id = wish->standing.id;
    anew->created_at_us = wish->standing.created_at_us;
    memcpy(anew->source, wish->standing.source, sizeof anew->source);
}

static enum outcome note_standing(struct settling *settling, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation stored = INVITATION_NONE;
    struct wish *wish;
    enum outcome outcome = wish_of_row(settling, rows, row, &stored, &wish);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    wish->stands = true;
    wish->standing = stored;
    stored = INVITATION_NONE;
    wish->decides = is_undecided(&wish->standing);
    if (wish->decides) {
        renew(wish);
    }
    return OUTCOME_OK;
}

/* What stands before those that are to be sent; the others find out when they are inserted. */
static enum outcome read_standing(struct settling *settling) {
    size_t count = collect(settling, is_to_send);
    if (count == 0) {
        return OUTCOME_OK;
    }
    enum outcome outcome = lock_undecided(settling->connection, settling->invitations, count);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    if (outcome == OUTCOME_OK) {
        outcome = query_invitations(settling->connection, settling->invitations, count, &rows);
    }
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = note_standing(settling, rows, row);
    }
    return outcome;
}

static void decide(struct settling *settling) {
    for (size_t i = 0; i < settling->count; i++) {
        struct report *report = settling->wishes[i].report;
        if (report->send && settling->wishes[i].decides) {
            report->invitation.verdict = VERDICT_SCHEDULED;
            report->invitation.due_at_us = report->reported_at_us;
        }
    }
}

static enum outcome write_all(struct settling *settling) {
    size_t count = collect(settling, is_new);
    enum outcome outcome = insert_invitations(settling->connection, settling->invitations, count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < settling->count; i++) {
        const struct wish *wish = settling->order[i];
        if (wish->stands && wish->decides) {
            outcome = rewrite_invitation(settling->connection, &wish->report->invitation);
        }
    }
    return outcome;
}

static void count_invitation(struct rollup_deltas *deltas, const struct invitation *invitation,
                             const char *day, int sign) {
    struct rollup_place place = {
        .account_id = invitation->account_id,
        .survey = invitation->survey,
        .contact = &invitation->contact,
        .source = invitation->source,
        .day = day,
    };
    rollup_count_invitation(deltas, &place, invitation->verdict, invitation->skip_reason, sign);
}

static void say_verdict(struct report *report) {
    bool duplicate = report->send && !report->decided;
    report->verdict = duplicate ? VERDICT_SKIPPED : report->invitation.verdict;
    report->skip_reason = duplicate ? SKIP_DUPLICATE : report->invitation.skip_reason;
}

/* Takes what is stored, and counts it when it is our doing. */
static enum outcome settle_row(struct settling *settling, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation stored = INVITATION_NONE;
    struct wish *wish;
    enum outcome outcome = wish_of_row(settling, rows, row, &stored, &wish);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct report *report = wish->report;
    const char *day = db_text(rows, row, INVITATION_COLUMN_COUNT);
    bool ours = memcmp(&report->invitation.id, &stored.id, sizeof stored.id) == 0;
    report->decided = wish->decides && ours;
    if (report->decided && wish->stands) {
        count_invitation(settling->deltas, &wish->standing, day, -1);
    }
    if (report->decided) {
        count_invitation(settling->deltas, &stored, day, 1);
    }
    struct invitation before = report->invitation;
    report->invitation = stored;
    stored = before; /* for its texts to be freed */
    say_verdict(report);
    return OUTCOME_OK;
}

static enum outcome read_back(struct settling *settling) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    size_t count = collect(settling, is_any);
    enum outcome outcome =
        query_invitations(settling->connection, settling->invitations, count, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = settle_row(settling, rows, row);
    }
    return outcome;
}

enum outcome settle_invitations(struct db_connection *connection, struct report *const reports[],
                                size_t count, struct rollup_deltas *deltas) {
    CLEANUP(settling_clear)
    struct settling settling = {.connection = connection, .count = count, .deltas = deltas};
    if (!prepare(&settling, reports)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = read_standing(&settling);
    if (outcome == OUTCOME_OK) {
        decide(&settling);
        outcome = write_all(&settling);
    }
    return outcome == OUTCOME_OK ? read_back(&settling) : outcome;
}
