/*
 * What a batched row costs at least: the intake's own statements, 128 new responses and their
 * rollups in one transaction and one round trip, on one connection, with no HTTP, no JSON and no
 * waiting. Prints rows, seconds and its own CPU seconds; the bench adds PostgreSQL's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/time.h"
#include "store/response.h"
#include "store/rollup.h"

#define ROWS      128
#define AGENTS    200
#define TEAMS     12
#define TEXT_SIZE 40
#define SLOT      15

struct row {
    struct vote vote;
    struct survey_response response;
    char ref[TEXT_SIZE];
    char agent[TEXT_SIZE];
    char team[TEXT_SIZE];
    char customer[TEXT_SIZE];
};

struct batch {
    struct row rows[ROWS];
    struct vote *votes[ROWS];
    struct params inserts;
    struct params upserts;
    struct rollup_deltas deltas;
    char day[DAY_TEXT_SIZE];
    uint64_t number;
};

#define PICK(list, value) ((list)[(value) % COUNT(list)])

static void fill_row(struct row *row, uint64_t number) {
    static char *const channels[] = {"email", "chat", "phone", "ticket"};
    static char *const reasons[] = {"complaint", "technical", "billing",
                                    "upselling", "delivery",  "other"};
    static char *const languages[] = {"en", "de", "ar", "he", "ja", "zh"};
    unsigned luck = (unsigned)(number * 2654435761U) >> 3;
    unsigned agent = luck % AGENTS;
    snprintf(row->ref, sizeof row->ref, "batch-%012" PRIu64, number);
    snprintf(row->customer, sizeof row->customer, "c-%012" PRIu64, number);
    snprintf(row->agent, sizeof row->agent, "agent-%03u", agent);
    snprintf(row->team, sizeof row->team, "team-%02u", agent % TEAMS);
    int64_t now_us = time_now_us();
    row->vote = (struct vote){
        .account_id = 1,
        .id = uuid_new(),
        .survey = "understood",
        .contact = CONTACT_NONE,
        .answers = {.understood = 1 + luck % 3,
                    .csat = 1 + (int)(luck % 5),
                    .nps = (int)(luck % 11)},
        .trust = TRUST_CONFIRMED,
        .source = "api",
        .answered_at_us = now_us,
        .received_at_us = now_us,
    };
    struct contact *contact = &row->vote.contact;
    contact->ref = row->ref;
    contact->agents[0] = row->agent;
    contact->agent_count = 1;
    contact->team = row->team;
    contact->channel = PICK(channels, luck >> 2);
    contact->reason = PICK(reasons, luck >> 4);
    contact->language = PICK(languages, luck >> 6);
    contact->customer_ref = row->customer;
    contact->solved_at_us = now_us;
    contact->handled_s = (int)(60 + luck % 1800);
    if (luck % 3 == 0) {
        row->vote.answers.comment = "I had to explain it three times before anybody listened.";
    }
    row->response.answers = row->vote.answers;
    row->response.trust = TRUST_CONFIRMED;
    row->vote.estimate = (struct estimate){
        .has_polarity = row->vote.answers.comment != NULL,
        .has_frustration = true,
        .polarity = -0.4321,
        .frustration = luck % 5 ? 0.05 : 0.8765,
        .model = "en-2",
    };
    row->response.estimate = row->vote.estimate;
}

static void fill(struct batch *batch) {
    params_reset(&batch->inserts);
    params_reset(&batch->upserts);
    rollup_deltas_reset(&batch->deltas);
    for (size_t index = 0; index < ROWS; index++) {
        struct row *row = &batch->rows[index];
        fill_row(row, batch->number++);
        batch->votes[index] = &row->vote;
        struct rollup_place place = {1, row->vote.survey, &row->vote.contact, "api", batch->day};
        rollup_count_response(&batch->deltas, &place, &row->response, 1);
    }
}

/* One transaction in one round trip. */
static bool write_batch(struct db_connection *connection, struct batch *batch) {
    size_t statements;
    fill(batch);
    return db_pipeline_begin(connection) == OUTCOME_OK &&
           db_pipeline_send(connection, "BEGIN", DB_NO_PARAMS) == OUTCOME_OK &&
           db_pipeline_send(connection, ROLLUP_LOCK, DB_NO_PARAMS) == OUTCOME_OK &&
           send_new_responses(connection, batch->votes, ROWS, &batch->inserts, &statements) ==
               OUTCOME_OK &&
           rollup_send(connection, &batch->deltas, SLOT, &batch->upserts) == OUTCOME_OK &&
           db_pipeline_send(connection, "COMMIT", DB_NO_PARAMS) == OUTCOME_OK &&
           db_pipeline_sync(connection) == OUTCOME_OK &&
           db_pipeline_finish(connection, time_monotonic_us() + 30 * US_PER_SECOND) == OUTCOME_OK &&
           db_pipeline_end(connection) == OUTCOME_OK;
}

static double own_cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    static struct batch batch;
    if (argc != 3) {
        fprintf(stderr, "usage: batch DATABASE_URL SECONDS\n");
        return 2;
    }
    struct db_options options = {.conninfo = argv[1],
                                 .connections = 1,
                                 .connect_timeout_ms = 5000,
                                 .acquire_timeout_ms = 5000,
                                 .statement_timeout_ms = 30000,
                                 .prepare = true};
    struct db *db = db_open(&options);
    struct db_connection *connection = db ? db_acquire(db) : NULL;
    if (!connection) {
        return 1;
    }
    char now[TIME_TEXT_SIZE];
    time_format(time_now_us(), now);
    memcpy(batch.day, now, strlen("2026-11-23"));
    batch.number = (uint64_t)time_now_us() % 1000000000 * 100; /* another run, other contacts */
    uint64_t first = batch.number;
    int64_t started_us = time_monotonic_us();
    int64_t end_us = started_us + (int64_t)(strtod(argv[2], NULL) * 1e6);
    bool well = true;
    while (well && time_monotonic_us() < end_us) {
        well = write_batch(connection, &batch);
    }
    printf("{\"rows\": %" PRIu64 ", \"seconds\": %.3f, \"cpu_s\": %.3f}\n", batch.number - first,
           (double)(time_monotonic_us() - started_us) / 1e6, own_cpu_s());
    params_clear(&batch.inserts);
    params_clear(&batch.upserts);
    rollup_deltas_clear(&batch.deltas);
    db_release(&connection);
    db_close(db);
    return well ? 0 : 1;
}
