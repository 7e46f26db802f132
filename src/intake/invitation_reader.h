/* Invitations by id, read together: who asks while others are read shares the next round trip. A
 * page of its own for every customer costs PostgreSQL little more than its one row. */
#ifndef INTAKE_INVITATION_READER_H
#define INTAKE_INVITATION_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/token.h"

struct db;
struct invitation_reader;

/* Called once for each question, on a thread of the reader, where it may block for a moment: other
 * questions wait behind it. invitation is lent, what is moved out of it is the callee's; it is read
 * only when outcome is OUTCOME_OK. */
typedef void invitation_answer(void *context, enum outcome outcome, struct invitation *invitation);

/* db is lent. At most questions_max wait. NULL when out of memory or threads. */
struct invitation_reader *invitation_reader_start(struct db *db, size_t questions_max);

/* Asks for the invitation that token names; never blocks on the database. False, and answer is not
 * called, when too many wait or out of memory. */
bool invitation_reader_ask(struct invitation_reader *reader, const struct token *token,
                           invitation_answer *answer, void *context);

/* Answers what waits, then ends the threads and frees everything. */
void invitation_reader_stop(struct invitation_reader *reader);

#endif
