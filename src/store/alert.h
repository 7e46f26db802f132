/* The alerts table. */
#ifndef STORE_ALERT_H
#define STORE_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/alert.h"
#include "store/db.h"
#include "store/object_key.h"

/*
 * Stores an alert, filled in but for id, status and revision, with its event, in a transaction of
 * its own. Only where its team has none that is unresolved, and had none raised within cool_down_us
 * before: the database decides it, so that of several that try at once, here or in other instances,
 * one raises it. *raised says whether this was the one; if not, alert keeps an id that nothing has.
 */
enum outcome raise_alert(struct db_connection *connection, struct alert *alert,
                         int64_t cool_down_us, bool *raised);

/* The threshold was passed again, at that time: nothing happens when it is resolved by now. */
enum outcome touch_alert(struct db_connection *connection, int64_t account_id,
                         const struct uuid *id, int64_t at_us);

/* What is to be done about which alert. */
struct alert_order {
    int64_t account_id;
    struct uuid alert_id;
    const struct uuid *key_id; /* of the API key that asks; NULL: the service does it itself */
    const char *note;          /* NULL: none is given */
    int64_t at_us;
};

/*
 * As alert_acknowledge and alert_resolve (domain/alert.h) say, in a transaction of its own, with
 * the event of one that is resolved now. *alert is what it is then, which the caller clears;
 * OUTCOME_CONFLICT: it is resolved, OUTCOME_NOT_FOUND: there is none.
 */
enum outcome store_acknowledgement(struct db_connection *connection,
                                   const struct alert_order *order, struct alert *alert);
enum outcome store_resolution(struct db_connection *connection, const struct alert_order *order,
                              struct alert *alert);

/* Which the caller clears. */
enum outcome load_alert(struct db_connection *connection, int64_t account_id, const struct uuid *id,
                        struct alert *alert);

struct alert_list {
    struct alert *alerts; /* owned */
    size_t count;
};

void alert_list_clear(struct alert_list *list);

/* Those open or acknowledged, the oldest first, at most limit of them; account_id 0: of all
 * accounts. The caller clears *list either way. */
enum outcome load_unresolved_alerts(struct db_connection *connection, int64_t account_id,
                                    size_t limit, struct alert_list *list);

/* Those with these keys, in any order. The caller clears *list either way. */
enum outcome load_alerts_with_keys(struct db_connection *connection, const struct object_key keys[],
                                   size_t count, struct alert_list *list);

struct alert_filter {
    int64_t account_id;
    const char *status;    /* its name; NULL: any */
    bool unresolved;       /* only those open or acknowledged */
    const char *team;      /* NULL: any; "": those of the whole account */
    int64_t before_us;     /* raised before this, */
    struct uuid before_id; /* or at it with a smaller id; TIME_NONE: from the newest on */
};

/* The newest first, at most limit of them. The caller clears *list either way. */
enum outcome list_alerts_before(struct db_connection *connection, const struct alert_filter *filter,
                                size_t limit, struct alert_list *list);

#endif
