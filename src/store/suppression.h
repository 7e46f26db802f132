#ifndef STORE_SUPPRESSION_H
#define STORE_SUPPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/suppression.h"
#include "store/db.h"
#include "store/object_key.h"

#define SUPPRESSIONS_AT_ONCE_MAX 1000

/*
 * Stores suppressions of one account, each filled in but for its id; in the caller's transaction,
 * if there is one. Of two for the same address the first stays, but a bounce gives way to any other
 * reason: where created[i] becomes false, list[i] becomes the one that stays, which was there
 * before or is elsewhere in list.
 */
enum outcome store_suppressions(struct db_connection *connection, struct suppression list[],
                                size_t count, bool created[]);

/* The one of this address, which the caller clears; OUTCOME_NOT_FOUND when it may be written to. */
enum outcome load_suppression(struct db_connection *connection, int64_t account_id,
                              const char *email, struct suppression *suppression);

/* Whatever its reason; *removed tells whether there was one. */
enum outcome remove_suppression(struct db_connection *connection, int64_t account_id,
                                const char *email, bool *removed);

/* The same, but only what the customer asked for: undone by the customer. */
enum outcome remove_unsubscription(struct db_connection *connection, int64_t account_id,
                                   const char *email, bool *removed);

struct suppression_filter {
    int64_t account_id;
    const char *email;     /* NULL: any */
    const char *reason;    /* its name; NULL: any */
    int64_t before_us;     /* created before this, */
    struct uuid before_id; /* or at it with a smaller id; TIME_NONE: from the newest on */
};

struct suppression_list {
    struct suppression *suppressions; /* owned */
    size_t count;
};

/* The newest first, at most limit of them. The caller clears *list either way. */
enum outcome list_suppressions_before(struct db_connection *connection,
                                      const struct suppression_filter *filter, size_t limit,
                                      struct suppression_list *list);

/* Those of the keys that are there, in any order. The caller clears *list either way. */
enum outcome load_suppressions_with_keys(struct db_connection *connection,
                                         const struct object_key keys[], size_t count,
                                         struct suppression_list *list);

void suppression_list_clear(struct suppression_list *list);

#endif
