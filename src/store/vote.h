/* The votes table: every vote of a response that has more than one, or whose first was not
 * confirmed. */
#ifndef STORE_VOTE_H
#define STORE_VOTE_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/vote.h"
#include "store/db.h"
#include "store/params.h"

struct stored_vote {
    int64_t account_id;
    struct uuid id;
    struct uuid response_id;
    struct answers answers; /* owned comment */
    int64_t answered_at_us;
    int64_t received_at_us;
    enum trust trust;
    char source[SOURCE_BYTES_MAX + 1];
    enum vote_effect effect;
    int revision;   /* of the response after this vote */
    char *evidence; /* owned JSON object, or NULL */
    struct idempotency idempotency;
};

struct stored_votes {
    struct stored_vote *votes; /* owned */
    size_t count;
};

void stored_vote_clear(struct stored_vote *vote);
void stored_votes_clear(struct stored_votes *votes);

/* Inserts what vote did to response_id. */
enum outcome store_vote(struct db_connection *connection, const struct vote *vote,
                        const struct uuid *response_id, enum vote_effect effect, int revision);

/* Copies the first vote out of its response's row, unless it is there already. Must come before the
 * row is changed. */
enum outcome store_first_vote(struct db_connection *connection, int64_t account_id,
                              const struct uuid *response_id);

/* In a pipeline; one result follows, for stored_votes_from_rows: the votes that carry one of the
 * idempotency keys of these votes (all with given keys, of one or several accounts), also those
 * whose only place is their response's row. */
enum outcome send_votes_with_keys(struct db_connection *connection, struct vote *const votes[],
                                  size_t count, struct params *params);

/* The votes with these ids, of one account. */
enum outcome load_votes_with_ids(struct db_connection *connection, int64_t account_id,
                                 const struct uuid ids[], size_t count, struct stored_votes *votes);

/* A response's votes, oldest first, at most limit of them; none when only its row has one. */
enum outcome load_votes_of_response(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id, size_t limit,
                                    struct stored_votes *votes);

/* The vote that was stored with the same account and key as this one, or NULL. */
const struct stored_vote *stored_vote_with_key(const struct stored_votes *votes,
                                               const struct vote *vote);

enum outcome stored_votes_from_rows(const PGresult *rows, struct stored_votes *votes);

/* Reads "\x0011.." of exactly HASH_BYTES; false otherwise. */
bool hash_from_text(const char *text, unsigned char hash[HASH_BYTES]);

#endif
