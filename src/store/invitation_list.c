#include "store/invitation_list.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "store/invitation_row.h"
#include "store/listing.h"

/* A contact is found by survey and ref. */
static void append_contact(struct listing *listing, const struct invitation_filter *filter) {
    listing_compare_text(listing, " AND invitations.contact_ref = ", filter->contact_ref);
    if (!filter->survey) {
        text_append(&listing->sql, " AND invitations.survey IN"
                                   " (SELECT survey FROM surveys WHERE account_id = $1)");
    }
}

static void append_expiry(struct listing *listing, int64_t now_us, const char *comparison) {
    params_time(&listing->params, now_us);
    listing_compare(listing, comparison);
}

static void append_verdict(struct listing *listing, const struct invitation_filter *filter) {
    if (filter->verdict == SHOWN_ANSWERED) {
        text_append(&listing->sql, " AND answered_at IS NOT NULL");
        return;
    }
    text_append(&listing->sql, " AND answered_at IS NULL");
    if (filter->verdict == SHOWN_EXPIRED) {
        text_append(&listing->sql, " AND verdict IN ('created', 'sent')");
        append_expiry(listing, filter->now_us, " AND expires_at <= ");
        return;
    }
    listing_compare_text(listing, " AND verdict = ", verdict_name((enum verdict)filter->verdict));
    if (filter->verdict == VERDICT_CREATED || filter->verdict == VERDICT_SENT) {
        append_expiry(listing, filter->now_us, " AND expires_at > ");
    }
}

static void append_filter(struct listing *listing, const struct invitation_filter *filter) {
    listing_compare_text(listing, " AND invitations.survey = ", filter->survey);
    if (filter->contact_ref) {
        append_contact(listing, filter);
    }
    if (filter->verdict != SHOWN_ANY) {
        append_verdict(listing, filter);
    }
    if (filter->skip_reason != SKIP_NONE) {
        listing_compare_text(listing, " AND answered_at IS NULL AND skip_reason = ",
                             skip_reason_name(filter->skip_reason));
    }
}

static enum outcome query_before(struct db_connection *connection,
                                 const struct invitation_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql,
                "SELECT " INVITATION_COLUMNS " FROM invitations WHERE account_id = $1");
    append_filter(&listing, filter);
    listing_go_on(&listing, "created_at, id", filter->before_us, &filter->before_id);
    return listing_query(&listing, connection, "created_at DESC, id DESC", limit, rows);
}

void invitation_list_clear(struct invitation_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        invitation_clear(&list->invitations[i]);
    }
    free(list->invitations);
    *list = (struct invitation_list){0};
}

static enum outcome read_list(const PGresult *rows, struct invitation_list *list) {
    size_t count = (size_t)PQntuples(rows);
    list->invitations = calloc(count + 1, sizeof *list->invitations);
    enum outcome outcome = list->invitations ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = invitation_from_row(rows, (int)list->count, &list->invitations[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

enum outcome list_invitations_before(struct db_connection *connection,
                                     const struct invitation_filter *filter, size_t limit,
                                     struct invitation_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}

enum outcome load_invitations_with_keys(struct db_connection *connection,
                                        const struct object_key keys[], size_t count,
                                        struct invitation_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_objects(
        connection, "SELECT " INVITATION_COLUMNS FROM_OBJECTS("invitations"), keys, count, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}
