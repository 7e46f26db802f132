/* What the files of a batch share. */
#ifndef INTAKE_BATCH_PARTS_H
#define INTAKE_BATCH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intake/batch.h"
#include "store/vote.h"

/* One try's state, so that its steps are functions. */
struct attempt {
    struct db_connection *connection;
    struct batch_tools *tools;
    struct batch_item *items;
    size_t count;
    int64_t deadline_us;
    struct vote *votes[BATCH_VOTES_MAX]; /* of the items, in order */
    struct batch_item *by_contact[BATCH_VOTES_MAX];
    struct stored_votes with_keys;
};

/* In a pipeline: begins the transaction, and gives the items their places and contexts. */
enum outcome begin_batch(struct attempt *attempt);

/* True when an account or a survey is gone: its votes have no day, and cannot be stored. */
bool lacks_context(const struct attempt *attempt);

/* A contact is what was recorded of it, or its invitation says; the vote may add what that left
 * open. What nobody vouches for is no answer to an invitation, and learns nothing of the contact.
 */
enum outcome join_contexts(struct attempt *attempt);

/* By the language of the contact as it is kept. */
void estimate_votes(struct attempt *attempt);

#endif
