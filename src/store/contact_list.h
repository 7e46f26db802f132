#ifndef STORE_CONTACT_LIST_H
#define STORE_CONTACT_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/kept_contact.h"
#include "store/db.h"

enum contact_wanted {
    CONTACT_ANY,
    CONTACT_WITH, /* the mark */
    CONTACT_WITHOUT,
};

struct contact_filter {
    int64_t account_id;
    const char *ref; /* NULL: any, as in the others */
    const char *customer_ref;
    const char *email; /* however it is written */
    const char *agent; /* any of those credited */
    const char *team;
    enum contact_wanted repeated;
    enum contact_wanted reopened;
    int64_t before_us;     /* solved before this, or at it and further on in an order by name; */
    struct uuid before_id; /* TIME_NONE: from the newest on */
};

struct contact_list {
    struct kept_contact *contacts; /* owned */
    size_t count;
    struct uuid last_id; /* where the order by name stands at the last */
};

/* The newest solved first, at most limit of them, and whether there are more. The caller clears
 * *list either way. */
enum outcome list_contacts_before(struct db_connection *connection,
                                  const struct contact_filter *filter, size_t limit,
                                  struct contact_list *list, bool *more);

/* Those of these refs that there are, in the order of strcmp; also inside a transaction. */
enum outcome load_contacts(struct db_connection *connection, int64_t account_id, char *const refs[],
                           size_t count, struct contact_list *list);

/* The one with that ref in a list of load_contacts, or NULL. */
const struct kept_contact *find_contact(const struct contact_list *list, const char *ref);

void contact_list_clear(struct contact_list *list);

#endif
