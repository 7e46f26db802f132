#include "store/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/multi_row.h"

#define KEY_COLUMNS        6
#define COUNTERS_OFTEN     13 /* the rest is changed by held votes and invitations only */
#define FIRST_CAPACITY     64U
#define APPLY_DEADLINE_US  (30 * US_PER_SECOND)
#define STATEMENTS_AT_ONCE 128U /* one pipeline's worth; the rest follows in another */

struct rollup_delta {
    int64_t account_id;
    const char *survey;
    const char *dimension;
    const char *value;
    const char *day;
    uint32_t hash;
    struct counters counters;
};

#define ADD(column) #column " = rollups." #column " + excluded." #column

/* clang-format off */
#define INSERT_OFTEN                                                                           \
    "INSERT INTO rollups (account_id, survey, dimension, value, day, slot, n, answered, yes,"  \
    " partly, no, csat_1, csat_2, csat_3, csat_4, csat_5, promoters, passives, detractors"
#define UPDATE_OFTEN                                                                           \
    " ON CONFLICT (account_id, survey, dimension, value, day, slot) DO UPDATE SET "            \
    ADD(n) ", " ADD(answered) ", " ADD(yes) ", " ADD(partly) ", " ADD(no) ", "                 \
    ADD(csat_1) ", " ADD(csat_2) ", " ADD(csat_3) ", " ADD(csat_4) ", " ADD(csat_5) ", "       \
    ADD(promoters) ", " ADD(passives) ", " ADD(detractors)

/* Confirmed answers change only these; a parameter less to parse is worth a statement of its own. */
static struct multi_row upsert_often = {
    .head = INSERT_OFTEN ") VALUES ",
    .tail = UPDATE_OFTEN,
    .columns = KEY_COLUMNS + COUNTERS_OFTEN,
};

static struct multi_row upsert_all = {
    .head = INSERT_OFTEN ", provisional, invited, invited_answered) VALUES ",
    .tail = UPDATE_OFTEN ", " ADD(provisional) ", " ADD(invited) ", " ADD(invited_answered),
    .columns = KEY_COLUMNS + COUNTERS,
};
/* clang-format on */

/* The counters in the statements' order. */
static const enum counter written[COUNTERS] = {
    COUNTER_N,          COUNTER_ANSWERED,    COUNTER_YES,       COUNTER_PARTLY,
    COUNTER_NO,         COUNTER_CSAT_1,      COUNTER_CSAT_2,    COUNTER_CSAT_3,
    COUNTER_CSAT_4,     COUNTER_CSAT_5,      COUNTER_PROMOTERS, COUNTER_PASSIVES,
    COUNTER_DETRACTORS, COUNTER_PROVISIONAL, COUNTER_INVITED,   COUNTER_INVITED_ANSWERED,
};

void rollup_deltas_clear(struct rollup_deltas *deltas) {
    free(deltas->deltas);
    free(deltas->index);
    arena_clear(&deltas->texts);
    *deltas = (struct rollup_deltas){0};
}

void rollup_deltas_reset(struct rollup_deltas *deltas) {
    deltas->count = 0;
    deltas->failed = false;
    arena_reset(&deltas->texts);
    if (deltas->index) {
        memset(deltas->index, 0, deltas->index_size * sizeof *deltas->index);
    }
}

static uint32_t hash_text(uint32_t hash, const char *text) {
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    }
    return (hash ^ 0xff) * 16777619U;
}

static uint32_t hash_key(const struct rollup_delta *key) {
    uint32_t hash = 2166136261U ^ (uint32_t)key->account_id;
    hash = hash_text(hash, key->survey);
    hash = hash_text(hash, key->dimension);
    hash = hash_text(hash, key->value);
    return hash_text(hash, key->day);
}

static int compare_keys(const struct rollup_delta *one, const struct rollup_delta *other) {
    if (one->account_id != other->account_id) {
        return one->account_id < other->account_id ? -1 : 1;
    }
    int order = strcmp(one->survey, other->survey);
    order = order ? order : strcmp(one->dimension, other->dimension);
    order = order ? order : strcmp(one->value, other->value);
    return order ? order : strcmp(one->day, other->day);
}

/* Index entries are positions plus one; zero is free. */
static uint32_t *index_entry(struct rollup_deltas *deltas, const struct rollup_delta *key) {
    size_t at = key->hash & (deltas->index_size - 1);
    while (deltas->index[at]) {
        const struct rollup_delta *there = &deltas->deltas[deltas->index[at] - 1];
        if (there->hash == key->hash && compare_keys(there, key) == 0) {
            break;
        }
        at = (at + 1) & (deltas->index_size - 1);
    }
    return &deltas->index[at];
}

static bool grow(struct rollup_deltas *deltas) {
    size_t capacity = deltas->capacity ? deltas->capacity * 2 : FIRST_CAPACITY;
    struct rollup_delta *grown = realloc(deltas->deltas, capacity * sizeof *grown);
    uint32_t *index = calloc(capacity * 2, sizeof *index);
    if (grown) {
        deltas->deltas = grown;
    }
    if (!grown || !index) {
        free(index);
        return false;
    }
    free(deltas->index);
    deltas->index = index;
    deltas->index_size = capacity * 2;
    deltas->capacity = capacity;
    for (size_t i = 0; i < deltas->count; i++) {
        *index_entry(deltas, &deltas->deltas[i]) = (uint32_t)i + 1;
    }
    return true;
}

/* The key's texts are copied: what they were read from may change before the deltas are applied. */
static bool keep_texts(struct rollup_deltas *deltas, struct rollup_delta *delta) {
    delta->survey = arena_copy(&deltas->texts, delta->survey);
    delta->dimension = arena_copy(&deltas->texts, delta->dimension);
    delta->value = arena_copy(&deltas->texts, delta->value);
    delta->day = arena_copy(&deltas->texts, delta->day);
    return delta->survey && delta->dimension && delta->value && delta->day;
}

static void add_delta(struct rollup_deltas *deltas, const struct rollup_delta *delta) {
    if (deltas->count == deltas->capacity && !grow(deltas)) {
        deltas->failed = true;
        return;
    }
    uint32_t *entry = index_entry(deltas, delta);
    if (!*entry) {
        struct rollup_delta kept = *delta;
        if (!keep_texts(deltas, &kept)) {
            deltas->failed = true;
            return;
        }
        deltas->deltas[deltas->count++] = kept;
        *entry = (uint32_t)deltas->count;
        return;
    }
    struct rollup_delta *there = &deltas->deltas[*entry - 1];
    for (size_t i = 0; i < COUNTERS; i++) {
        there->counters.sums[i] += delta->counters.sums[i];
    }
}

/* Counts in one dimension; a contact without a value there has no row. */
static void count_in(struct rollup_deltas *deltas, struct rollup_delta *delta,
                     const char *dimension, const char *value) {
    if (!value) {
        return;
    }
    delta->dimension = dimension;
    delta->value = value;
    delta->hash = hash_key(delta);
    add_delta(deltas, delta);
}

static void count_everywhere(struct rollup_deltas *deltas, const struct rollup_place *place,
                             const struct counters *counters) {
    struct rollup_delta delta = {
        .account_id = place->account_id,
        .survey = place->survey,
        .day = place->day,
        .counters = *counters,
    };
    const struct contact *contact = place->contact;
    count_in(deltas, &delta, "all", "");
    for (size_t i = 0; i < contact->agent_count; i++) {
        count_in(deltas, &delta, "agent", contact->agents[i]);
    }
    count_in(deltas, &delta, "team", contact->team);
    count_in(deltas, &delta, "channel", contact->channel);
    count_in(deltas, &delta, "reason", contact->reason);
    count_in(deltas, &delta, "language", contact->language);
    count_in(deltas, &delta, "source", place->source);
}

static enum counter nps_counter(int nps) {
    if (nps >= 9) {
        return COUNTER_PROMOTERS;
    }
    return nps >= 7 ? COUNTER_PASSIVES : COUNTER_DETRACTORS;
}

static void count_answers(struct counters *counters, const struct answers *answers, int sign) {
    static const enum counter understood[] = {
        [UNDERSTOOD_YES] = COUNTER_YES,
        [UNDERSTOOD_PARTLY] = COUNTER_PARTLY,
        [UNDERSTOOD_NO] = COUNTER_NO,
    };
    if (answers->understood != UNDERSTOOD_NONE) {
        counters->sums[understood[answers->understood]] += sign;
    }
    if (answers->csat != CSAT_NONE) {
        counters->sums[COUNTER_CSAT_1 + answers->csat - CSAT_MIN] += sign;
    }
    if (answers->nps != NPS_NONE) {
        counters->sums[nps_counter(answers->nps)] += sign;
    }
}

void rollup_count_response(struct rollup_deltas *deltas, const struct rollup_place *place,
                           const struct survey_response *response, int sign) {
    struct counters counters = {0};
    if (response->trust == TRUST_DISCARDED) {
        return;
    }
    if (response->trust == TRUST_PROVISIONAL) {
        counters.sums[COUNTER_PROVISIONAL] = sign;
    } else {
        counters.sums[COUNTER_N] = sign;
        counters.sums[COUNTER_ANSWERED] = response->has_invitation ? sign : 0;
        count_answers(&counters, &response->answers, sign);
    }
    count_everywhere(deltas, place, &counters);
}

void rollup_count_invited(struct rollup_deltas *deltas, const struct rollup_place *place,
                          int sign) {
    count_everywhere(deltas, place, &(struct counters){.sums = {[COUNTER_INVITED] = sign}});
}

void rollup_count_invited_answered(struct rollup_deltas *deltas, const struct rollup_place *place,
                                   int sign) {
    count_everywhere(deltas, place,
                     &(struct counters){.sums = {[COUNTER_INVITED_ANSWERED] = sign}});
}

static int compare_deltas(const void *one, const void *other) {
    return compare_keys(one, other);
}

static bool changes_nothing(const struct rollup_delta *delta) {
    for (size_t i = 0; i < COUNTERS; i++) {
        if (delta->counters.sums[i]) {
            return false;
        }
    }
    return true;
}

/* In key order, so that two writers of one slot never wait for each other in a circle. */
static void prepare_deltas(struct rollup_deltas *deltas) {
    size_t kept = 0;
    for (size_t i = 0; i < deltas->count; i++) {
        if (!changes_nothing(&deltas->deltas[i])) {
            deltas->deltas[kept++] = deltas->deltas[i];
        }
    }
    deltas->count = kept;
    if (kept > 1) {
        qsort(deltas->deltas, kept, sizeof *deltas->deltas, compare_deltas);
    }
}

static bool changes_often_only(const struct rollup_delta *delta) {
    for (size_t i = COUNTERS_OFTEN; i < COUNTERS; i++) {
        if (delta->counters.sums[written[i]]) {
            return false;
        }
    }
    return true;
}

static struct multi_row *statement_for(const struct rollup_deltas *deltas) {
    for (size_t i = 0; i < deltas->count; i++) {
        if (!changes_often_only(&deltas->deltas[i])) {
            return &upsert_all;
        }
    }
    return &upsert_often;
}

static void append_params(const struct rollup_delta *delta, int slot, size_t counters,
                          struct params *params) {
    params_int(params, delta->account_id);
    params_text(params, delta->survey);
    params_text(params, delta->dimension);
    params_text(params, delta->value);
    params_text(params, delta->day);
    params_int(params, slot);
    for (size_t i = 0; i < counters; i++) {
        params_int(params, delta->counters.sums[written[i]]);
    }
}

/* Deltas on their way, as parameters of a statement. */
struct writing {
    struct multi_row *statement;
    const struct params *params; /* the last ones are the deltas' */
    size_t count;
    size_t next; /* the first that was not sent */
};

/* Sends what is left, at most one pipeline's worth. */
static enum outcome send_some(struct db_connection *connection, struct writing *writing) {
    size_t columns = writing->statement->columns;
    for (size_t sent = 0; writing->next < writing->count && sent < STATEMENTS_AT_ONCE; sent++) {
        size_t rows;
        size_t left = writing->count - writing->next;
        const char *sql = multi_row_sql(writing->statement, left, &rows);
        struct db_params values =
            params_from(writing->params, writing->params->count - left * columns, rows * columns);
        if (!sql || db_pipeline_send(connection, sql, values) != OUTCOME_OK) {
            return OUTCOME_UNAVAILABLE;
        }
        writing->next += rows;
    }
    return OUTCOME_OK;
}

static bool write_params(struct rollup_deltas *deltas, int slot, struct params *params,
                         struct writing *writing) {
    prepare_deltas(deltas);
    *writing = (struct writing){
        .statement = statement_for(deltas), .params = params, .count = deltas->count};
    for (size_t i = 0; i < deltas->count; i++) {
        append_params(&deltas->deltas[i], slot, writing->statement->columns - KEY_COLUMNS, params);
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
    return writing.next == writing.count ? outcome : OUTCOME_FAILED;
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
    while (writing.next < writing.count && outcome == OUTCOME_OK) {
        outcome = apply_some(connection, &writing);
    }
    return outcome;
}
