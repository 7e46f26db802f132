/*
 * Repeat contacts: a customer who comes back within accounts.repeat_days after a contact was solved
 * repeats it. What is marked follows from the rows alone, so in whatever order they came.
 */
#ifndef STORE_CONTACT_REPEAT_H
#define STORE_CONTACT_REPEAT_H

#include <stddef.h>

#include "base/outcome.h"
#include "store/db.h"
#include "store/rollup.h"

/* When a contact began, and how long after its solving another repeats it; accounts in FROM. */
#define CONTACT_BEGAN(contact) "LEAST(" contact ".opened_at, " contact ".solved_at)"
#define REPEAT_WITHIN          "(accounts.repeat_days * interval '24 hours')"

/* Finds again which contact each of these was repeated by, marks those where it is another, and
 * adds what that changes of the sums to deltas. In the caller's transaction. */
enum outcome mark_repeats(struct db_connection *connection, int64_t account_id, char *const refs[],
                          size_t count, struct rollup_deltas *deltas);

/* The same for all contacts of the account, without the sums: for whoever counts anew. */
enum outcome mark_all_repeats(struct db_connection *connection, int64_t account_id);

/* How many contacts of the account have other marks than mark_all_repeats would give them. */
enum outcome count_wrong_repeats(struct db_connection *connection, int64_t account_id,
                                 int64_t *count);

#endif
