#include "store/contact_lock.h"

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/contact_repeat.h"
#include "store/params.h"
#include "store/rollup.h"

/* clang-format off */
/* The contacts that one that begins, or began otherwise before, may repeat. Where customers come back by
 * the thousand, hardly any can change: they were repeated by an earlier one. */
#define EARLIER_OF(customer)                                                                   \
    "SELECT earlier.contact_ref, false FROM begun CROSS JOIN LATERAL ("                        \
    "SELECT contact_ref FROM contacts WHERE account_id = $1"                                   \
    " AND contacts." customer " = begun." customer                                             \
    " AND solved_at < began_at AND solved_at >= began_at - within"                             \
    " AND (repeat_at IS NULL OR repeat_at >= began_at OR repeat_ref = begun.contact_ref"       \
    " OR (contacts.reason = begun.reason AND (counted OR repeat_same_reason IS NOT TRUE)))"    \
    " OFFSET 0) earlier"

#define OF_ANY_SURVEY(table, condition)                                                        \
    "EXISTS (SELECT FROM surveys CROSS JOIN LATERAL (SELECT FROM " table                       \
    " WHERE account_id = $1 AND survey = surveys.survey"                                       \
    " AND contact_ref = contacts.contact_ref" condition " OFFSET 0) AS found"                  \
    " WHERE surveys.account_id = $1 OFFSET 0)"

/* LATERAL and OFFSET 0: each contact is looked up by its key, however few the planner thinks there are. */
static const char lock_sql[] =
    "WITH reported AS MATERIALIZED (SELECT contacts.*, fresh"
    " FROM unnest($2::text[], $3::int[]) AS asked (ref, fresh) CROSS JOIN LATERAL"
    " (SELECT * FROM contacts WHERE account_id = $1 AND contact_ref = ref OFFSET 0) contacts), "
    "begun AS MATERIALIZED (SELECT contact_ref, customer_ref, address_key, reason, "
    CONTACT_BEGAN("reported") " AS began_at, reopened_at IS NOT NULL AS counted, "
    REPEAT_WITHIN " AS within FROM reported JOIN accounts ON accounts.account_id = $1"
    " WHERE reopened_at IS NOT NULL OR fresh = 1), "
    "concerned AS MATERIALIZED (SELECT contact_ref AS ref, bool_or(reported) AS reported FROM ("
    "SELECT contact_ref, true AS reported FROM reported UNION ALL "
    EARLIER_OF("customer_ref") " UNION ALL " EARLIER_OF("address_key") ") each"
    " GROUP BY 1 ORDER BY 1) "
    "SELECT " KEPT_CONTACT_COLUMNS ", " ROLLUP_DAY("contacts.solved_at") ", reported, "
    "reported AND (" OF_ANY_SURVEY("responses", "") " OR "
    OF_ANY_SURVEY("invitations", " AND verdict NOT IN ('scheduled', 'skipped')") "), "
    "reported AND " OF_ANY_SURVEY("responses", " AND trust = 'confirmed'")
    " FROM concerned CROSS JOIN LATERAL"
    " (SELECT * FROM contacts WHERE account_id = $1 AND contact_ref = ref FOR UPDATE) contacts"
    " JOIN accounts ON accounts.account_id = $1";
/* clang-format on */

static void params_refs(struct params *params, const struct contact_ref refs[], size_t count) {
    CLEANUP(text_clear) struct text names = {0};
    CLEANUP(text_clear) struct text flags = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_text(&names, refs[i].ref);
        array_append_int(&flags, refs[i].fresh);
    }
    params_array(params, &names);
    params_array(params, &flags);
}

enum outcome lock_contacts(struct db_connection *connection, int64_t account_id,
                           const struct contact_ref refs[], size_t count, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_refs(&params, refs, count);
    return params_ready(&params)
               ? db_query(connection, rows, lock_sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}
