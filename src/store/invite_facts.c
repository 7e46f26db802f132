#include "store/invite_facts.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"
#include "store/counting.h"
#include "store/params.h"
#include "store/send_window.h"

/* When a customer is, or was, asked: not at all by a mail that came back. One who answered before
 * the mail went was asked by then. */
#define ASKED_AT                                                                                   \
    "CASE verdict WHEN 'created' THEN created_at"                                                  \
    " WHEN 'scheduled' THEN COALESCE(due_at, answered_at, created_at) ELSE sent_at END"

#define ASKED_BY(column)                                                                           \
    "SELECT survey, " ASKED_AT " AS at FROM invitations WHERE account_id = $1"                     \
    " AND " column " = asked." column " AND verdict <> 'skipped'"                                  \
    " AND (survey, contact_ref) <> (asked.survey, asked.contact_ref)"

/* OFFSET 0: looked up by key, one by one; else the planner may read all of the account's instead.
 */
/* clang-format off */
static const char facts_sql[] =
    "SELECT asked.position, accounts.fatigue_days,"
    " EXISTS (SELECT FROM responses WHERE account_id = $1 AND survey = asked.survey"
    " AND contact_ref = asked.contact_ref AND trust = 'confirmed'"
    " AND " VOUCHED_FOR " OFFSET 0),"
    " EXISTS (SELECT FROM suppressions WHERE account_id = $1 AND address = asked.address_key"
    " OFFSET 0), "
    DB_TIME("lately.this_at") ", " DB_TIME("lately.other_at") ", " DB_TIME("due.send_at")
    " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::int[],"
    " $8::int[], $9::int[]) WITH ORDINALITY AS asked (survey, contact_ref, address_key,"
    " customer_ref, at, from_minute, to_minute, weekdays, position)"
    " JOIN accounts ON accounts.account_id = $1"
    " CROSS JOIN LATERAL (SELECT max(at) FILTER (WHERE survey = asked.survey) AS this_at,"
    " max(at) FILTER (WHERE survey <> asked.survey) AS other_at"
    " FROM (" ASKED_BY("address_key") " UNION ALL " ASKED_BY("customer_ref") ") AS times) AS lately"
    " CROSS JOIN LATERAL "
    SEND_TIME("accounts.time_zone", "asked.at", "asked.from_minute", "asked.to_minute",
              "asked.weekdays") " AS due";
/* clang-format on */

/* Counted from the solving, however late it was reported; but never before now. */
static int64_t earliest(const struct invite_case *asked) {
    int64_t due_us =
        asked->invitation->contact.solved_at_us + asked->survey->invite.delay_s * US_PER_SECOND;
    return due_us > asked->now_us ? due_us : asked->now_us;
}

enum { COLUMNS = 8 };

static void append_case(struct text columns[COLUMNS], const struct invite_case *asked) {
    const struct contact *contact = &asked->invitation->contact;
    const struct send_window *window = &asked->survey->invite.window;
    array_append_text(&columns[0], asked->survey->name);
    array_append_text(&columns[1], contact->ref);
    array_append_text(&columns[2], asked->address);
    array_append_text(&columns[3], contact->customer_ref);
    array_append_time(&columns[4], earliest(asked));
    array_append_int(&columns[5], window->from_minute);
    array_append_int(&columns[6], window->to_minute);
    array_append_int(&columns[7], window->weekdays);
}

static void params_cases(struct params *params, struct invite_case *const cases[], size_t count) {
    struct text columns[COLUMNS] = {0};
    for (size_t i = 0; i < count; i++) {
        append_case(columns, cases[i]);
    }
    params_int(params, cases[0]->invitation->account_id);
    for (size_t i = 0; i < COLUMNS; i++) {
        params_array(params, &columns[i]);
        text_clear(&columns[i]);
    }
}

static void take_row(const PGresult *rows, int row, struct invite_case *asked) {
    const struct invitation *invitation = asked->invitation;
    asked->facts = (struct invite_facts){
        .archived = asked->survey->archived,
        .answered = *db_text(rows, row, 2) == 't',
        .has_address = asked->address != NULL,
        .suppressed = *db_text(rows, row, 3) == 't',
        .place = invite_sample_place(invitation->account_id, invitation->survey,
                                     invitation->contact.ref),
        .account_days = (int)db_int(rows, row, 1),
        .asked_this_us = db_time(rows, row, 4),
        .asked_other_us = db_time(rows, row, 5),
        .due_at_us = db_time(rows, row, 6),
        .expires_at_us = invitation->expires_at_us,
    };
}

enum outcome load_invite_facts(struct db_connection *connection, struct invite_case *const cases[],
                               size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    params_cases(&params, cases, count);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, facts_sql, params_from(&params, 0, params.count));
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        take_row(rows, row, cases[db_int(rows, row, 0) - 1]);
    }
    return outcome;
}
