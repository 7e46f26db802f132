#include "store/contact_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/contact_lock.h"
#include "store/contact_repeat.h"
#include "store/contact_write.h"
#include "store/params.h"

struct recording {
    struct db_connection *connection;
    struct report *reports;
    const size_t *order;
    size_t count;
    struct rollup_deltas *deltas;
    struct contact_ref *refs;    /* owned: all, fresh when they are new; behind them, in the same */
    struct contact_ref *renewed; /* room, those whose snapshot is another now */
    size_t ref_count;
    size_t renewed_count;
    bool any_fresh;
};

static void recording_clear(struct recording *recording) {
    free(recording->refs);
}

static bool make_room(struct recording *recording) {
    recording->refs = calloc(2 * recording->count, sizeof *recording->refs);
    recording->renewed = recording->refs + recording->count;
    return recording->refs;
}

static struct report *report_at(const struct recording *recording, size_t place) {
    return &recording->reports[recording->order[place]];
}

static bool is_of(const struct recording *recording, size_t place, const char *ref) {
    return place < recording->count && strcmp(report_at(recording, place)->contact.ref, ref) == 0;
}

/* The first place in order of a contact that is at least ref. */
static size_t lower_bound(const struct recording *recording, const char *ref) {
    size_t low = 0;
    size_t high = recording->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(report_at(recording, middle)->contact.ref, ref) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Of each contact the first report that solves it. */
static enum outcome insert_new(struct recording *recording) {
    struct report **firsts = calloc(recording->count + 1, sizeof(struct report *));
    size_t count = 0;
    for (size_t i = 0; firsts && i < recording->count; i++) {
        struct report *report = report_at(recording, i);
        bool has_first =
            count > 0 && strcmp(firsts[count - 1]->contact.ref, report->contact.ref) == 0;
        if (report->event == REPORT_SOLVED && !has_first) {
            firsts[count++] = report;
        }
    }
    enum outcome outcome =
        firsts ? insert_contacts(recording->connection, firsts, count) : OUTCOME_FAILED;
    free(firsts);
    return outcome;
}

static void collect_refs(struct recording *recording) {
    for (size_t i = 0; i < recording->count; i++) {
        const struct report *report = report_at(recording, i);
        if (i == 0 || !is_of(recording, i - 1, report->contact.ref)) {
            recording->refs[recording->ref_count++].ref = report->contact.ref;
        }
        if (report->recorded) {
            recording->refs[recording->ref_count - 1].fresh = true;
            recording->any_fresh = true;
        }
    }
}

/* ---- what their reports say ---- */

static void count_contact(struct recording *recording, const struct kept_contact *kept,
                          const char *day, int sign) {
    const struct rollup_place place = {
        .account_id = kept->account_id,
        .survey = "",
        .contact = &kept->contact,
        .source = kept->source,
        .day = day,
    };
    struct contact_marks marks = contact_marks_of(kept);
    rollup_count_contact(recording->deltas, &place, &marks, sign);
}

/* A contact with its reports, in the order they came. */
struct settling {
    struct recording *recording;
    struct kept_contact kept;
    char day[DAY_TEXT_SIZE];
    struct contact_history history;
    size_t first; /* place in order */
    bool changed;
    bool renewed;
};

static enum outcome settling_from_row(const PGresult *rows, int row, struct settling *settling) {
    strncpy(settling->day, db_text(rows, row, LOCKED_DAY), DAY_TEXT_SIZE - 1);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it does not see CLEANUP */
    settling->history.asked = *db_text(rows, row, LOCKED_ASKED) == 't';
    settling->history.answered = *db_text(rows, row, LOCKED_ANSWERED) == 't';
    return kept_contact_from_row(rows, row, &settling->kept);
}

static bool take_report(struct settling *settling, struct report *report) {
    struct report_effect effect = kept_contact_effect(&settling->kept, report, settling->history);
    if (report_effect_none(effect)) {
        return true;
    }
    if (!settling->changed) {
        count_contact(settling->recording, &settling->kept, settling->day, -1);
    }
    settling->changed = true;
    settling->renewed = settling->renewed || effect.renewed;
    report->solved_again = effect.solved_again;
    return kept_contact_take(&settling->kept, report, effect);
}

/* Reports of a contact before its first solving change nothing: there was nothing to change. */
static bool take_reports(struct settling *settling) {
    struct recording *recording = settling->recording;
    bool waits_for_first = false;
    for (size_t i = settling->first; is_of(recording, i, settling->kept.contact.ref); i++) {
        waits_for_first = waits_for_first || report_at(recording, i)->recorded;
    }
    for (size_t i = settling->first; is_of(recording, i, settling->kept.contact.ref); i++) {
        struct report *report = report_at(recording, i);
        if (report->recorded) {
            count_contact(recording, &settling->kept, settling->day, 1);
            waits_for_first = false;
        } else if (!waits_for_first && !take_report(settling, report)) {
            return false;
        }
        report->known = !waits_for_first;
    }
    return true;
}

/* Gives every report of the contact what stands now. */
static bool give_snapshot(const struct settling *settling) {
    struct recording *recording = settling->recording;
    for (size_t i = settling->first; is_of(recording, i, settling->kept.contact.ref); i++) {
        struct contact copy;
        struct report *report = report_at(recording, i);
        if (!contact_copy(&settling->kept.contact, &copy)) {
            return false;
        }
        contact_clear(&report->contact);
        report->contact = copy;
    }
    return true;
}

static enum outcome settle_contact(struct settling *settling) {
    struct recording *recording = settling->recording;
    if (!take_reports(settling)) {
        return OUTCOME_FAILED;
    }
    if (settling->changed) {
        enum outcome outcome =
            rewrite_contact(recording->connection, &settling->kept, settling->day);
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
        count_contact(recording, &settling->kept, settling->day, 1);
    }
    if (!give_snapshot(settling)) {
        return OUTCOME_FAILED;
    }
    if (settling->renewed) {
        recording->renewed[recording->renewed_count++] = (struct contact_ref){
            .ref = report_at(recording, settling->first)->contact.ref, .fresh = true};
    }
    return OUTCOME_OK;
}

static void settling_clear(struct settling *settling) {
    kept_contact_clear(&settling->kept);
}

static enum outcome settle_contacts(struct recording *recording, const PGresult *rows) {
    enum outcome outcome = OUTCOME_OK;
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        if (*db_text(rows, row, LOCKED_REPORTED) != 't') {
            continue;
        }
        CLEANUP(settling_clear)
        struct settling settling = {
            .recording = recording,
            .kept = KEPT_CONTACT_NONE,
            .first = lower_bound(recording, db_text(rows, row, LOCKED_REF)),
        };
        outcome = settling_from_row(rows, row, &settling);
        if (outcome == OUTCOME_OK) {
            outcome = settle_contact(&settling);
        }
    }
    return outcome;
}

/* ---- who came back ---- */

static void free_refs(char ***refs) {
    free(*refs);
}

static enum outcome mark_rows(struct recording *recording, const PGresult *rows) {
    size_t count = (size_t)PQntuples(rows);
    CLEANUP(free_refs) char **refs = calloc(count + 1, sizeof *refs);
    for (size_t i = 0; refs && i < count; i++) {
        refs[i] = PQgetvalue(rows, (int)i, LOCKED_REF);
    }
    return refs ? mark_repeats(recording->connection, recording->reports[0].account_id, refs, count,
                               recording->deltas)
                : OUTCOME_FAILED;
}

/* A new snapshot may name another customer, and begin at another time. */
static enum outcome mark_renewed(struct recording *recording) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = lock_contacts(recording->connection, recording->reports[0].account_id,
                                         recording->renewed, recording->renewed_count, &rows);
    return outcome == OUTCOME_OK ? mark_rows(recording, rows) : outcome;
}

static enum outcome settle_all(struct recording *recording) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = lock_contacts(recording->connection, recording->reports[0].account_id,
                                         recording->refs, recording->ref_count, &rows);
    if (outcome == OUTCOME_OK) {
        outcome = settle_contacts(recording, rows);
    }
    if (outcome == OUTCOME_OK && (recording->any_fresh || recording->renewed_count > 0)) {
        outcome = mark_rows(recording, rows);
    }
    if (outcome == OUTCOME_OK && recording->renewed_count > 0) {
        outcome = mark_renewed(recording);
    }
    return outcome;
}

enum outcome record_contacts(struct db_connection *connection, struct report reports[],
                             const size_t order[], size_t count, struct rollup_deltas *deltas) {
    CLEANUP(recording_clear)
    struct recording recording = {
        .connection = connection,
        .reports = reports,
        .order = order,
        .count = count,
        .deltas = deltas,
    };
    if (count == 0) {
        return OUTCOME_OK;
    }
    if (!make_room(&recording)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = insert_new(&recording);
    if (outcome == OUTCOME_OK) {
        collect_refs(&recording);
        outcome = settle_all(&recording);
    }
    return outcome; /* NOLINT(clang-analyzer-unix.Malloc): it does not see CLEANUP */
}
