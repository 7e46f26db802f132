/* A vote that is the first of its response. */
#ifndef INTAKE_NEW_VOTE_H
#define INTAKE_NEW_VOTE_H

#include "intake/batch.h"

/* The item's response and result, which borrow from its vote, and what they add to the sums. */
void settle_new_vote(struct batch_tools *tools, struct batch_item *item);

#endif
