/* The statements that add deltas to rollups and choice_rollups. */
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"
#include "store/counting.h"
#include "store/multi_row.h"
#include "store/rollup.h"
#include "store/rollup_delta.h"

#define KEY_COLUMNS         6
#define CHOICE_COLUMNS      9
#define COUNTERS_OFTEN      15 /* the rest is changed by held votes, invitations and ces, */
#define COUNTERS_OF_ANSWERS 25 /* then by contacts and verdicts */
#define APPLY_DEADLINE_US   (30 * US_PER_SECOND)
#define STATEMENTS_AT_ONCE  128U /* one pipeline's worth; the rest follows in another */

#define ADD(column) #column " = rollups." #column " + excluded." #column

/* NULL is zero: see migration 4. */
#define ADD_RARE(column, with)                                                                     \
    ", " #column " = NULLIF(COALESCE(rollups." #column ", 0)"                                      \
    " + COALESCE(excluded." #column ", 0), 0)"
#define RARE_COLUMN(column, with) ", " #column

/* clang-format off */
#define INSERT_OFTEN                                                                           \
    "INSERT INTO rollups (account_id, survey, dimension, value, day, slot, n, answered, yes,"  \
    " partly, no, csat_1, csat_2, csat_3, csat_4, csat_5, promoters, passives, detractors,"    \
    " scored, frustrated"
#define UPDATE_OFTEN                                                                           \
    " ON CONFLICT (account_id, survey, dimension, value, day, slot) DO UPDATE SET "            \
    ADD(n) ", " ADD(answered) ", " ADD(yes) ", " ADD(partly) ", " ADD(no) ", "                 \
    ADD(csat_1) ", " ADD(csat_2) ", " ADD(csat_3) ", " ADD(csat_4) ", " ADD(csat_5) ", "       \
    ADD(promoters) ", " ADD(passives) ", " ADD(detractors) ", "                                \
    ADD(scored) ", " ADD(frustrated)

/* Confirmed answers change only these; a parameter less to parse is worth a statement of its own. */
static struct multi_row upsert_often = {
    .head = INSERT_OFTEN ") VALUES ",
    .tail = UPDATE_OFTEN,
    .columns = KEY_COLUMNS + COUNTERS_OFTEN,
};

#define INSERT_ALL                                                                             \
    INSERT_OFTEN ", provisional, invited, invited_answered, ces_1, ces_2, ces_3, ces_4, ces_5,"\
    " ces_6, ces_7"
#define UPDATE_ALL                                                                             \
    UPDATE_OFTEN ", " ADD(provisional) ", " ADD(invited) ", " ADD(invited_answered) ", "       \
    ADD(ces_1) ", " ADD(ces_2) ", " ADD(ces_3) ", " ADD(ces_4) ", " ADD(ces_5) ", "            \
    ADD(ces_6) ", " ADD(ces_7)

static struct multi_row upsert_all = {
    .head = INSERT_ALL ") VALUES ",
    .tail = UPDATE_ALL,
    .columns = KEY_COLUMNS + COUNTERS_OF_ANSWERS,
};

#define RARE_COUNTERS(each) EACH_CONTACT_COUNTER(each, ) EACH_VERDICT_COUNTER(each, )

static struct multi_row upsert_whole = {
    .head = INSERT_ALL RARE_COUNTERS(RARE_COLUMN) ") VALUES ",
    .tail = UPDATE_ALL RARE_COUNTERS(ADD_RARE),
    .columns = KEY_COLUMNS + COUNTERS,
};

static struct multi_row upsert_choices = {
    .head = "INSERT INTO choice_rollups (account_id, survey, dimension, value, question, choice,"
            " day, slot, n) VALUES ",
    .tail = " ON CONFLICT (account_id, survey, dimension, value, question, choice, day, slot)"
            " DO UPDATE SET n = choice_rollups.n + excluded.n",
    .columns = CHOICE_COLUMNS,
};
/* clang-format on */

/* The counters in the statements' order. */
/* clang-format off */
static const enum counter written[] = {
    COUNTER_N, COUNTER_ANSWERED, COUNTER_YES, COUNTER_PARTLY, COUNTER_NO, COUNTER_CSAT_1,
    COUNTER_CSAT_2, COUNTER_CSAT_3, COUNTER_CSAT_4, COUNTER_CSAT_5, COUNTER_PROMOTERS,
    COUNTER_PASSIVES, COUNTER_DETRACTORS, COUNTER_SCORED, COUNTER_FRUSTRATED,
    COUNTER_PROVISIONAL, COUNTER_INVITED,
    COUNTER_INVITED_ANSWERED, COUNTER_CES_1, COUNTER_CES_2, COUNTER_CES_3, COUNTER_CES_4,
    COUNTER_CES_5, COUNTER_CES_6, COUNTER_CES_7, COUNTER_CONTACTS, COUNTER_WITH_CUSTOMER,
    COUNTER_REPEATED, COUNTER_REPEATED_SAME_REASON, COUNTER_REASSIGNED, COUNTER_BOUNCED,
    COUNTER_SKIPPED_FATIGUE, COUNTER_SKIPPED_SUPPRESSED, COUNTER_SKIPPED_NO_ADDRESS,
    COUNTER_SKIPPED_SAMPLED_OUT, COUNTER_SKIPPED_EXPIRED, COUNTER_SKIPPED_REOPENED,
    COUNTER_SKIPPED_ANSWERED, COUNTER_SKIPPED_ARCHIVED,
};
/* clang-format on */
_Static_assert(COUNT(written) == COUNTERS, "every counter is written");

/* How many of the written counters it takes to write what this one changes. */
static size_t counters_changed(const struct rollup_delta *delta) {
    size_t changed = COUNTERS;
    while (changed > COUNTERS_OFTEN && delta->counters.sums[written[changed - 1]] == 0) {
        changed--;
    }
    return changed;
}

/* The deltas of rollups come first. */
static size_t count_plain(const struct rollup_deltas *deltas) {
    size_t plain = 0;
    while (plain < deltas->count && deltas->deltas[plain].question[0] == '\0') {
        plain++;
    }
    return plain;
}

static struct multi_row *statement_for(const struct rollup_deltas *deltas, size_t plain) {
    size_t changed = 0;
    for (size_t i = 0; i < plain; i++) {
        size_t by_this = counters_changed(&deltas->deltas[i]);
        changed = by_this > changed ? by_this : changed;
    }
    if (changed <= COUNTERS_OFTEN) {
        return &upsert_often;
    }
    return changed <= COUNTERS_OF_ANSWERS ? &upsert_all : &upsert_whole;
}

static void append_counters(const struct rollup_delta *delta, size_t counters,
                            struct params *params) {
    for (size_t i = 0; i < counters; i++) {
        int64_t sum = delta->counters.sums[written[i]];
        if (sum == 0 && i >= COUNTERS_OF_ANSWERS) {
            params_text(params, NULL);
        } else {
            params_int(params, sum);
        }
    }
}

static void append_params(const struct rollup_delta *delta, int slot, size_t counters,
                          struct params *params) {
    params_int(params, delta->account_id);
    params_text(params, delta->survey);
    params_text(params, delta->dimension);
    params_text(params, delta->value);
    params_text(params, delta->day);
    params_int(params, slot);
    append_counters(delta, counters, params);
}

static void append_choice_params(const struct rollup_delta *delta, int slot,
                                 struct params *params) {
    params_int(params, delta->account_id);
    params_text(params, delta->survey);
    params_text(params, delta->dimension);
    params_text(params, delta->value);
    params_text(params, delta->question);
    params_text(params, delta->choice);
    params_text(params, delta->day);
    params_int(params, slot);
    params_int(params, delta->counters.sums[COUNTER_N]);
}

void rollup_append_count_of_new(struct text *sql, size_t first) {
    text_append(sql, INSERT_ALL ") SELECT new.account_id, new.survey, counted.dimension,"
                                " counted.value, " ROLLUP_DAY("new.answered_at") ", ");
    append_parameters(sql, first + 2, 1 + COUNTERS_OF_ANSWERS);
    text_append_format(sql,
                       " FROM unnest($%zu::text[], $%zu::text[]) AS counted (dimension, value),"
                       " new JOIN accounts USING (account_id)" UPDATE_ALL,
                       first, first + 1);
}

void params_count_of_new(struct params *params, struct rollup_deltas *deltas, int slot) {
    CLEANUP(text_clear) struct text dimensions = {0};
    CLEANUP(text_clear) struct text values = {0};
    rollup_deltas_prepare(deltas);
    if (deltas->failed || deltas->count == 0) {
        params->failed = true;
        return;
    }
    for (size_t i = 0; i < deltas->count; i++) {
        array_append_text(&dimensions, deltas->deltas[i].dimension);
        array_append_text(&values, deltas->deltas[i].value);
    }
    params_array(params, &dimensions);
    params_array(params, &values);
    params_int(params, slot);
    append_counters(&deltas->deltas[0], COUNTERS_OF_ANSWERS, params);
}

/* Rows on their way, as parameters of one table's statement. */
struct batch_of_rows {
    struct multi_row *statement;
    size_t count;
    size_t first; /* parameter of its first row */
    size_t next;  /* the first row that was not sent */
};

/* Deltas on their way. */
struct writing {
    const struct params *params;
    struct batch_of_rows plain;
    struct batch_of_rows choices;
};

/* Sends what is left, at most as many statements as *room, which shrinks. */
static enum outcome send_rows(struct db_connection *connection, const struct params *params,
                              struct batch_of_rows *batch, size_t *room) {
    size_t columns = batch->statement->columns;
    for (; batch->next<batch->count && * room> 0; --*room) {
        size_t rows;
        const char *sql = multi_row_sql(batch->statement, batch->count - batch->next, &rows);
        struct db_params values =
            params_from(params, batch->first + batch->next * columns, rows * columns);
        if (!sql || db_pipeline_send(connection, sql, values) != OUTCOME_OK) {
            return OUTCOME_UNAVAILABLE;
        }
        batch->next += rows;
    }
    return OUTCOME_OK;
}

static enum outcome send_some(struct db_connection *connection, struct writing *writing) {
    size_t room = STATEMENTS_AT_ONCE;
    enum outcome outcome = send_rows(connection, writing->params, &writing->plain, &room);
    return outcome == OUTCOME_OK ? send_rows(connection, writing->params, &writing->choices, &room)
                                 : outcome;
}

static bool written_whole(const struct writing *writing) {
    return writing->plain.next == writing->plain.count &&
           writing->choices.next == writing->choices.count;
}

static bool write_params(struct rollup_deltas *deltas, int slot, struct params *params,
                         struct writing *writing) {
    rollup_deltas_prepare(deltas);
    size_t plain = count_plain(deltas);
    struct multi_row *statement = statement_for(deltas, plain);
    size_t first = params->count;
    for (size_t i = 0; i < plain; i++) {
        append_params(&deltas->deltas[i], slot, statement->columns - KEY_COLUMNS, params);
    }
    *writing = (struct writing){
        .params = params,
        .plain = {.statement = statement, .count = plain, .first = first},
        .choices = {.statement = &upsert_choices,
                    .count = deltas->count - plain,
                    .first = params->count},
    };
    for (size_t i = plain; i < deltas->count; i++) {
        append_choice_params(&deltas->deltas[i], slot, params);
    }
    return !deltas->failed && params_ready(params);
}

enum outcome rollup_send(struct db_connection *connection, struct rollup_deltas *deltas, int slot,
                         struct params *params) {
    struct writing writing;
    if (!write_params(deltas, slot, params, &writing)) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = send_some(connection, &writing);
    return written_whole(&writing) ? outcome : OUTCOME_FAILED;
}

static enum outcome apply_some(struct db_connection *connection, struct writing *writing) {
    int64_t deadline_us = time_monotonic_us() + APPLY_DEADLINE_US;
    if (db_pipeline_begin(connection) != OUTCOME_OK ||
        send_some(connection, writing) != OUTCOME_OK ||
        db_pipeline_sync(connection) != OUTCOME_OK) {
        db_discard(connection);
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = db_pipeline_finish(connection, deadline_us);
    if (db_pipeline_end(connection) != OUTCOME_OK) {
        db_discard(connection);
        return OUTCOME_UNAVAILABLE;
    }
    return outcome;
}

enum outcome rollup_apply(struct db_connection *connection, struct rollup_deltas *deltas,
                          int slot) {
    CLEANUP(params_clear) struct params params = {0};
    struct writing writing;
    if (!write_params(deltas, slot, &params, &writing)) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = OUTCOME_OK;
    while (!written_whole(&writing) && outcome == OUTCOME_OK) {
        outcome = apply_some(connection, &writing);
    }
    return outcome;
}
