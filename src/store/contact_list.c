#include "store/contact_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "domain/address.h"
#include "store/contact.h"
#include "store/params.h"

/* Contacts solved at one instant are told apart by this, short enough for a cursor. */
#define NAME_ORDER "md5(contact_ref)::uuid"

/* A list's statement, as its filter asks for it: each way to ask has its index then. */
struct listing {
    struct text sql;
    struct params params;
};

static void listing_clear(struct listing *listing) {
    text_clear(&listing->sql);
    params_clear(&listing->params);
}

/* Appends what is compared, and a $ with the number of the parameter appended last. */
static void compare(struct listing *listing, const char *comparison) {
    text_append_format(&listing->sql, "%s$%zu", comparison, listing->params.count);
}

static void append_text_filter(struct listing *listing, const char *comparison, const char *value) {
    if (value) {
        params_text(&listing->params, value);
        compare(listing, comparison);
    }
}

static void append_email(struct listing *listing, const char *email) {
    char *key = email ? address_key(email) : NULL;
    if (email && !key) {
        listing->params.failed = true;
    } else if (key) {
        params_copy(&listing->params, key);
        compare(listing, " AND address_key = ");
    }
    free(key);
}

static void append_mark(struct listing *listing, const char *column, enum contact_wanted wanted) {
    if (wanted != CONTACT_ANY) {
        text_append_format(&listing->sql, " AND %s IS %s", column,
                           wanted == CONTACT_WITH ? "NOT NULL" : "NULL");
    }
}

static void append_position(struct listing *listing, const struct contact_filter *filter) {
    if (filter->before_us != TIME_NONE) {
        params_time(&listing->params, filter->before_us);
        compare(listing, " AND (solved_at, " NAME_ORDER ") < (");
        params_uuid(&listing->params, &filter->before_id);
        compare(listing, ", ");
        text_append_char(&listing->sql, ')');
    }
}

static enum outcome query_before(struct db_connection *connection,
                                 const struct contact_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql, "SELECT " KEPT_CONTACT_COLUMNS ", " NAME_ORDER
                              " FROM contacts WHERE account_id = $1");
    append_text_filter(&listing, " AND contact_ref = ", filter->ref);
    append_text_filter(&listing, " AND customer_ref = ", filter->customer_ref);
    append_email(&listing, filter->email);
    append_text_filter(&listing, " AND team = ", filter->team);
    append_mark(&listing, "repeat_ref", filter->repeated);
    append_mark(&listing, "reopened_at", filter->reopened);
    append_position(&listing, filter);
    if (filter->agent) {
        params_text(&listing.params, filter->agent);
        compare(&listing, " AND ");
        text_append(&listing.sql, " = ANY (agents)");
    }
    params_int(&listing.params, (int64_t)limit);
    compare(&listing, " ORDER BY solved_at DESC, " NAME_ORDER " DESC LIMIT ");
    if (listing.sql.failed || !params_ready(&listing.params)) {
        return OUTCOME_FAILED;
    }
    return db_query_once(connection, rows, listing.sql.bytes,
                         params_from(&listing.params, 0, listing.params.count));
}

void contact_list_clear(struct contact_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        kept_contact_clear(&list->contacts[i]);
    }
    free(list->contacts);
    *list = (struct contact_list){0};
}

/* The first count rows. */
static enum outcome list_from_rows(const PGresult *rows, size_t count, struct contact_list *list) {
    list->contacts = calloc(count + 1, sizeof *list->contacts);
    enum outcome outcome = list->contacts ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = kept_contact_from_row(rows, (int)list->count, &list->contacts[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

enum outcome list_contacts_before(struct db_connection *connection,
                                  const struct contact_filter *filter, size_t limit,
                                  struct contact_list *list, bool *more) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit + 1, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t found = (size_t)PQntuples(rows);
    size_t count = found > limit ? limit : found;
    *more = found > limit;
    if (count > 0 &&
        !uuid_parse(db_text(rows, (int)count - 1, KEPT_CONTACT_COLUMN_COUNT), &list->last_id)) {
        log_error("could not read a row of contacts");
        return OUTCOME_FAILED;
    }
    return list_from_rows(rows, count, list);
}

enum outcome load_contacts(struct db_connection *connection, int64_t account_id, char *const refs[],
                           size_t count, struct contact_list *list) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_texts(&params, refs, count);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "SELECT " KEPT_CONTACT_COLUMNS " FROM (SELECT DISTINCT unnest($2::text[]) AS ref) asked"
        " CROSS JOIN LATERAL (SELECT * FROM contacts"
        " WHERE account_id = $1 AND contact_ref = ref OFFSET 0) contacts"
        " ORDER BY contacts.contact_ref",
        params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? list_from_rows(rows, (size_t)PQntuples(rows), list) : outcome;
}

static int compare_refs(const void *ref, const void *contact) {
    return strcmp(ref, ((const struct kept_contact *)contact)->contact.ref);
}

const struct kept_contact *find_contact(const struct contact_list *list, const char *ref) {
    return list->count == 0
               ? NULL
               : bsearch(ref, list->contacts, list->count, sizeof *list->contacts, compare_refs);
}
