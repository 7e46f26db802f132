/* A vote that is alone, and new, stored and counted by one statement. */
#ifndef STORE_LONE_RESPONSE_H
#define STORE_LONE_RESPONSE_H

#include "store/rollup.h"

/* False for votes that change more than their response's row and the rollups. */
bool is_lone_response(const struct vote *vote);

/*
 * In a pipeline; one result follows. Its one row says that the vote is a response now, and that
 * deltas, which must be that response's, are applied. Without rows nothing was done: the contact
 * was answered, invited or reported before, the key was used, or the account is gone. params must
 * live until it is read.
 */
enum outcome send_lone_response(struct db_connection *connection, const struct vote *vote,
                                struct rollup_deltas *deltas, int slot, struct params *params);

#endif
