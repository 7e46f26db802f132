/* What the database knows of contacts whose customers may be asked. For store/report_*.c. */
#ifndef STORE_INVITE_FACTS_H
#define STORE_INVITE_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/survey.h"
#include "store/db.h"

struct invite_case {
    const struct survey *survey;         /* lent, as the others */
    const struct invitation *invitation; /* with the snapshot and when it expires */
    const char *address;                 /* the key of the customer's, or NULL */
    int64_t now_us;
    struct invite_facts facts; /* filled by load_invite_facts */
};

/*
 * Fills the facts of count cases of one account. The customers are locked (store/customer_lock.h),
 * so that all that is, or is going to be, asked of them can be seen: what was not skipped, but for
 * the invitation itself.
 */
enum outcome load_invite_facts(struct db_connection *connection, struct invite_case *const cases[],
                               size_t count);

#endif
