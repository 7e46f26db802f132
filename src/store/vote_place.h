/* Where votes are counted, and who wants to know: the same for all of an account and a survey
 * within one second, since no zone's day begins but with a second. */
#ifndef STORE_VOTE_PLACE_H
#define STORE_VOTE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/vote.h"
#include "store/rollup.h"

#define VOTE_PLACES_MAX 1024

struct vote_place {
    const struct vote *vote; /* one of its votes, lent */
    char day[DAY_TEXT_SIZE]; /* of answered_at, in the account's zone; "" when the account or the
                                survey is gone */
    unsigned wanted_events;  /* EVENT_BIT of each that the account has subscribers for */
};

struct vote_places {
    struct vote_place list[VOTE_PLACES_MAX];
    size_t count;
    const struct vote_place *of_vote[VOTE_PLACES_MAX]; /* in list */
};

/* Finds the places of at most VOTE_PLACES_MAX votes, not asking the database. */
void find_vote_places(struct vote_places *places, struct vote *const votes[], size_t count);

/* In a pipeline: asks what is to be known of the places; one result follows, for
 * vote_places_from_rows. params must live until it is read. */
enum outcome send_vote_places(struct db_connection *connection, const struct vote_places *places,
                              struct params *params);
enum outcome vote_places_from_rows(const PGresult *rows, struct vote_places *places);

#endif
