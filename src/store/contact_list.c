#include "store/contact_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "store/contact.h"
#include "store/listing.h"
#include "store/params.h"

/* Contacts solved at one instant are told apart by this, short enough for a cursor. */
#define NAME_ORDER "md5(contact_ref)::uuid"

static void append_mark(struct listing *listing, const char *column, enum contact_wanted wanted) {
    if (wanted != CONTACT_ANY) {
        text_append_format(&listing->sql, " AND %s IS %s", column,
                           wanted == CONTACT_WITH ? "NOT NULL" : "NULL");
    }
}

static enum outcome query_before(struct db_connection *connection,
                                 const struct contact_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql, "SELECT " KEPT_CONTACT_COLUMNS ", " NAME_ORDER
                              " FROM contacts WHERE account_id = $1");
    listing_compare_text(&listing, " AND contact_ref = ", filter->ref);
    listing_compare_text(&listing, " AND customer_ref = ", filter->customer_ref);
    listing_compare_email(&listing, " AND address_key = ", filter->email);
    listing_compare_text(&listing, " AND team = ", filter->team);
    append_mark(&listing, "repeat_ref", filter->repeated);
    append_mark(&listing, "reopened_at", filter->reopened);
    listing_go_on(&listing, "solved_at, " NAME_ORDER, filter->before_us, &filter->before_id);
    if (filter->agent) {
        listing_compare_text(&listing, " AND ", filter->agent);
        text_append(&listing.sql, " = ANY (agents)");
    }
    return listing_query(&listing, connection, "solved_at DESC, " NAME_ORDER " DESC", limit, rows);
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
