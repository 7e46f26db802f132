#include "store/invitation_list.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "store/invitation_row.h"
#include "store/params.h"

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

/* A contact is found by survey and ref. */
static void append_contact(struct listing *listing, const struct invitation_filter *filter) {
    params_text(&listing->params, filter->contact_ref);
    compare(listing, " AND invitations.contact_ref = ");
    if (!filter->survey) {
        text_append(&listing->sql, " AND invitations.survey IN"
                                   " (SELECT survey FROM surveys WHERE account_id = $1)");
    }
}

static void append_expiry(struct listing *listing, int64_t now_us, const char *comparison) {
    params_time(&listing->params, now_us);
    compare(listing, comparison);
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
    params_text(&listing->params, verdict_name((enum verdict)filter->verdict));
    compare(listing, " AND verdict = ");
    if (filter->verdict == VERDICT_CREATED || filter->verdict == VERDICT_SENT) {
        append_expiry(listing, filter->now_us, " AND expires_at > ");
    }
}

static void append_filter(struct listing *listing, const struct invitation_filter *filter) {
    if (filter->survey) {
        params_text(&listing->params, filter->survey);
        compare(listing, " AND invitations.survey = ");
    }
    if (filter->contact_ref) {
        append_contact(listing, filter);
    }
    if (filter->verdict != SHOWN_ANY) {
        append_verdict(listing, filter);
    }
    if (filter->skip_reason != SKIP_NONE) {
        params_text(&listing->params, skip_reason_name(filter->skip_reason));
        compare(listing, " AND answered_at IS NULL AND skip_reason = ");
    }
}

static void append_position(struct listing *listing, const struct invitation_filter *filter) {
    if (filter->before_us != TIME_NONE) {
        params_time(&listing->params, filter->before_us);
        compare(listing, " AND (created_at, id) < (");
        params_uuid(&listing->params, &filter->before_id);
        compare(listing, ", ");
        text_append_char(&listing->sql, ')');
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
    append_position(&listing, filter);
    params_int(&listing.params, (int64_t)limit);
    compare(&listing, " ORDER BY created_at DESC, id DESC LIMIT ");
    if (listing.sql.failed || !params_ready(&listing.params)) {
        return OUTCOME_FAILED;
    }
    return db_query_once(connection, rows, listing.sql.bytes,
                         params_from(&listing.params, 0, listing.params.count));
}

void invitation_list_clear(struct invitation_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        invitation_clear(&list->invitations[i]);
    }
    free(list->invitations);
    *list = (struct invitation_list){0};
}

enum outcome list_invitations_before(struct db_connection *connection,
                                     const struct invitation_filter *filter, size_t limit,
                                     struct invitation_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    list->invitations = calloc(count + 1, sizeof *list->invitations);
    outcome = list->invitations ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = invitation_from_row(rows, (int)list->count, &list->invitations[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}
