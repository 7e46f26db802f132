#include "store/vote_place.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/binary_array.h"
#include "store/event.h"

static const char places_sql[] = "SELECT asked.position, " ROLLUP_DAY(
    "asked.answered_at") ", " WANTED_EVENTS
                         " FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) WITH ORDINALITY"
                         " AS asked (account_id, survey, answered_at, position)"
                         " JOIN accounts ON accounts.account_id = asked.account_id"
                         " JOIN surveys ON surveys.account_id = asked.account_id AND "
                         "surveys.survey = asked.survey";

static int64_t second_of(const struct vote *vote) {
    int64_t rest = vote->answered_at_us % US_PER_SECOND;
    return vote->answered_at_us - rest - (rest < 0 ? US_PER_SECOND : 0);
}

static bool is_of(const struct vote_place *place, const struct vote *vote) {
    return second_of(place->vote) == second_of(vote) &&
           place->vote->account_id == vote->account_id &&
           strcmp(place->vote->survey, vote->survey) == 0;
}

void find_vote_places(struct vote_places *places, struct vote *const votes[], size_t count) {
    places->count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = places->count; /* the latest first: votes come in the order of their time */
        while (at > 0 && !is_of(&places->list[at - 1], votes[i])) {
            at--;
        }
        if (at == 0) {
            places->list[places->count++] = (struct vote_place){.vote = votes[i]};
            at = places->count;
        }
        places->of_vote[i] = &places->list[at - 1];
    }
}

enum outcome send_vote_places(struct db_connection *connection, const struct vote_places *places,
                              struct params *params) {
    CLEANUP(binary_array_clear) struct binary_array accounts = {.count = 0};
    CLEANUP(binary_array_clear) struct binary_array surveys = {.count = 0};
    CLEANUP(binary_array_clear) struct binary_array times = {.count = 0};
    size_t first = params->count;
    for (size_t i = 0; i < places->count; i++) {
        const struct vote *vote = places->list[i].vote;
        binary_array_append_bigint(&accounts, vote->account_id);
        binary_array_append_text(&surveys, vote->survey);
        binary_array_append_time(&times, vote->answered_at_us);
    }
    params_binary_array(params, ELEMENT_BIGINT, &accounts);
    params_binary_array(params, ELEMENT_TEXT, &surveys);
    params_binary_array(params, ELEMENT_TIMESTAMPTZ, &times);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, places_sql, params_from(params, first, 3));
}

enum outcome vote_places_from_rows(const PGresult *rows, struct vote_places *places) {
    for (int row = 0; row < PQntuples(rows); row++) {
        size_t position = (size_t)db_int(rows, row, 0);
        if (position == 0 || position > places->count) {
            return OUTCOME_FAILED;
        }
        struct vote_place *place = &places->list[position - 1];
        strncpy(place->day, PQgetvalue(rows, row, 1), DAY_TEXT_SIZE - 1);
        place->wanted_events = (unsigned)db_int(rows, row, 2);
    }
    return OUTCOME_OK;
}
