/* The votes of an import on their way through an intake of its own, and how they end. */
#ifndef CLI_IMPORT_VOTES_H
#define CLI_IMPORT_VOTES_H

#include <stdbool.h>

#include "cli/import.h"
#include "domain/vote.h"

struct import_votes;

/* import is lent: its counts and rejects get what becomes of the votes. NULL, logged, when it
 * cannot be started. */
struct import_votes *import_votes_start(struct import *import);

/* Hands in the vote of the row at place, and takes ownership of it: with some thousands of its
 * neighbours, in the order of their times. Waits while too many are under way. False when some
 * could not be handed in: they are counted as lost. */
bool import_votes_submit(struct import_votes *votes, struct vote *vote,
                         const struct row_place *place);

/* Waits for what is under way and frees everything. */
void import_votes_stop(struct import_votes *votes);

#endif
