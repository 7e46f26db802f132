#include "store/report_invitations.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/invitation_row.h"
#include "store/invitation_write.h"
#include "store/report_skipped.h"
#include "store/report_wish.h"

static void wishes_clear(struct wishes *wishes) {
    for (size_t i = 0; wishes->list && i < wishes->count; i++) {
        invitation_clear(&wishes->list[i].standing);
        free(wishes->list[i].address);
    }
    free(wishes->list);
    free(wishes->order);
    free(wishes->invitations);
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

static bool prepare(struct wishes *wishes, struct report *const reports[]) {
    size_t count = wishes->count;
    wishes->list = calloc(count, sizeof *wishes->list);
    wishes->order = calloc(count, sizeof(struct wish *));
    wishes->invitations = calloc(count, sizeof(struct invitation *));
    if (!wishes->list || !wishes->order || !wishes->invitations) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        wishes->list[i] =
            (struct wish){.report = reports[i], .standing = INVITATION_NONE, .decides = true};
        wishes->order[i] = &wishes->list[i];
        if (!prepare_invitation(reports[i])) {
            return false;
        }
    }
    qsort(wishes->order, count, sizeof(struct wish *), compare_wishes);
    return true;
}

/* The invitations of those wishes that are as asked for, in the order of their keys. */
static size_t collect(struct wishes *wishes, bool (*wanted)(const struct wish *)) {
    size_t count = 0;
    for (size_t i = 0; i < wishes->count; i++) {
        if (wanted(wishes->order[i])) {
            wishes->invitations[count++] = &wishes->order[i]->report->invitation;
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
static enum outcome wish_of_row(struct wishes *wishes, const PGresult *rows, int row,
                                struct invitation *stored, struct wish **wish) {
    enum outcome outcome = invitation_from_row(rows, row, stored);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct wish **found =
        bsearch(stored, wishes->order, wishes->count, sizeof(struct wish *), compare_with_wish);
    *wish = found ? *found : NULL;
    return found ? OUTCOME_OK : OUTCOME_FAILED;
}

/* Nobody has decided on it, or what was decided no longer holds. */
static bool is_undecided(const struct invitation *standing) {
    return standing->answered_at_us == TIME_NONE &&
           (standing->verdict == VERDICT_CREATED || standing->skip_reason == SKIP_REOPENED);
}

/* The invitation stays who it is, and lives as long as a new one. Its snapshot is another only when
 * the contact was solved again. False when out of memory. */
static bool renew(struct wish *wish) {
    struct invitation *anew = &wish->report->invitation;
    anew->id = wish->standing.id;
    anew->created_at_us = wish->standing.created_at_us;
    memcpy(anew->source, wish->standing.source, sizeof anew->source);
    if (wish->report->solved_again) {
        return true;
    }
    contact_clear(&anew->contact);
    return contact_copy(&wish->standing.contact, &anew->contact);
}

static enum outcome note_standing(struct wishes *wishes, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation stored = INVITATION_NONE;
    struct wish *wish;
    enum outcome outcome = wish_of_row(wishes, rows, row, &stored, &wish);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    wish->stands = true;
    wish->standing = stored;
    stored = INVITATION_NONE;
    wish->decides = wish->report->send && is_undecided(&wish->standing);
    return !wish->decides || renew(wish) ? OUTCOME_OK : OUTCOME_FAILED;
}

/* What stands before. When nothing is to be sent, that is found out by inserting. */
static enum outcome read_standing(struct wishes *wishes) {
    if (collect(wishes, is_to_send) == 0) {
        return OUTCOME_OK;
    }
    size_t count = collect(wishes, is_any);
    enum outcome outcome = lock_undecided(wishes->connection, wishes->invitations, count);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    if (outcome == OUTCOME_OK) {
        outcome = query_invitations(wishes->connection, wishes->invitations, count, &rows);
    }
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = note_standing(wishes, rows, row);
    }
    return outcome;
}

static enum outcome write_all(struct wishes *wishes) {
    size_t count = collect(wishes, is_new);
    enum outcome outcome = insert_invitations(wishes->connection, wishes->invitations, count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < wishes->count; i++) {
        const struct wish *wish = wishes->order[i];
        if (wish->stands && wish->decides) {
            outcome = rewrite_invitation(wishes->connection, &wish->report->invitation);
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
static enum outcome settle_row(struct wishes *wishes, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation stored = INVITATION_NONE;
    struct wish *wish;
    enum outcome outcome = wish_of_row(wishes, rows, row, &stored, &wish);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct report *report = wish->report;
    const char *day = db_text(rows, row, INVITATION_COLUMN_COUNT);
    bool ours = memcmp(&report->invitation.id, &stored.id, sizeof stored.id) == 0;
    report->decided = wish->decides && ours;
    report->made = report->decided && !wish->stands;
    if (report->decided && wish->stands) {
        count_invitation(wishes->deltas, &wish->standing, day, -1);
    }
    if (report->decided) {
        count_invitation(wishes->deltas, &stored, day, 1);
    }
    struct invitation before = report->invitation;
    report->invitation = stored;
    stored = before; /* for its texts to be freed */
    say_verdict(report);
    return OUTCOME_OK;
}

static bool is_skipped_now(const struct wish *wish) {
    return wish->report->decided && wish->report->invitation.verdict == VERDICT_SKIPPED;
}

static enum outcome read_back(struct wishes *wishes) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    size_t count = collect(wishes, is_any);
    enum outcome outcome = query_invitations(wishes->connection, wishes->invitations, count, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = settle_row(wishes, rows, row);
    }
    count = collect(wishes, is_skipped_now);
    return outcome == OUTCOME_OK ? tell_skipped(wishes->connection, wishes->invitations, count)
                                 : outcome;
}

enum outcome settle_invitations(struct db_connection *connection, struct report *const reports[],
                                size_t count, struct rollup_deltas *deltas) {
    CLEANUP(wishes_clear)
    struct wishes wishes = {.connection = connection, .count = count, .deltas = deltas};
    if (!prepare(&wishes, reports)) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it does not see CLEANUP */
        return OUTCOME_FAILED;
    }
    enum outcome outcome = read_standing(&wishes);
    if (outcome == OUTCOME_OK) {
        outcome = decide_wishes(&wishes);
    }
    if (outcome == OUTCOME_OK) {
        outcome = write_all(&wishes);
    }
    return outcome == OUTCOME_OK ? read_back(&wishes) : outcome;
}
