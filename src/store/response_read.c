#include "store/response_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/params.h"
#include "store/response.h"

#define DATE_LENGTH 10 /* 2026-11-23 */
#define FIRST_ID    "'00000000-0000-0000-0000-000000000000'"
#define LAST_ID     "'ffffffff-ffff-ffff-ffff-ffffffffffff'"

/* An instant, else the start of a day in the account's zone, else no bound. */
#define BOUND(instant, day, unbounded)                                                             \
    "COALESCE(" instant "::timestamptz, timezone((SELECT time_zone FROM accounts"                  \
    " WHERE accounts.account_id = $1), " day "::timestamp), " unbounded "::timestamptz)"

/* One statement for every filter: time bounds the range of the index that is read, and a condition
 * whose parameter is NULL costs next to nothing. */
/* clang-format off */
#define FILTERED                                                                \
    "SELECT " RESPONSE_COLUMNS " FROM responses WHERE account_id = $1"          \
    " AND answered_at >= " BOUND("$2", "$3::date", "'-infinity'")               \
    " AND answered_at < " BOUND("$4", "($5::date + 1)", "'infinity'")           \
    " AND ($6::text IS NULL OR survey = $6)"                                    \
    " AND ($7::text IS NULL OR $7 = ANY (agents))"                              \
    " AND ($8::text IS NULL OR team = $8)"                                      \
    " AND ($9::text IS NULL OR channel = $9)"                                   \
    " AND ($10::text IS NULL OR reason = $10)"                                  \
    " AND ($11::text IS NULL OR language = $11)"                                \
    " AND ($12::text IS NULL OR understood = $12)"                              \
    " AND ($13::text IS NULL OR trust = $13)"                                   \
    " AND ($14::bool IS NULL OR (comment IS NOT NULL) = $14)"                   \
    " AND ($15::int IS NULL OR csat = $15)"                                     \
    " AND ($16::int IS NULL OR nps = $16)"                                      \
    " AND ($17::int IS NULL OR ces = $17)"                                      \
    " AND ($18::text IS NULL OR CASE split_part($18, ':', 2) WHEN ''"           \
    " THEN extras -> 'choices' ? split_part($18, ':', 1)"                       \
    " ELSE extras -> 'choices' -> split_part($18, ':', 1) ? split_part($18, ':', 2) END)"   \
    " AND ($19::text IS NULL OR source = $19)"                                  \
    " AND ($20::real IS NULL OR frustration >= $20)"                            \
    " AND ($21::real IS NULL OR frustration <= $21)"                            \
    " AND ($22::real IS NULL OR polarity >= $22)"                               \
    " AND ($23::real IS NULL OR polarity <= $23)"

static const char newest_first[] = FILTERED
    " AND (answered_at, id) < (COALESCE($24::timestamptz, 'infinity'), COALESCE($25::uuid, " LAST_ID "))"
    " ORDER BY account_id DESC, answered_at DESC, id DESC LIMIT $26";
static const char oldest_first[] = FILTERED
    " AND (answered_at, id) > (COALESCE($24::timestamptz, '-infinity'), COALESCE($25::uuid, " FIRST_ID "))"
    " ORDER BY account_id, answered_at, id LIMIT $26";
/* clang-format on */

void response_filter_clear(struct response_filter *filter) {
    free(filter->survey);
    free(filter->agent);
    free(filter->team);
    free(filter->channel);
    free(filter->reason);
    free(filter->language);
    free(filter->source);
    free(filter->choice);
    free(filter->from);
    free(filter->to);
    *filter = RESPONSE_FILTER_NONE;
}

void response_page_clear(struct response_page *page) {
    for (size_t i = 0; i < page->count; i++) {
        survey_response_clear(&page->items[i]);
    }
    free(page->items);
    *page = (struct response_page){0};
}

/* Two parameters: the instant and the day, of which one at least is NULL. */
static void params_bound(struct params *params, const char *bound) {
    int64_t instant = TIME_NONE;
    bool day = bound && strlen(bound) == DATE_LENGTH;
    if (bound && !day) {
        time_parse(bound, &instant);
    }
    params_time(params, instant);
    params_text(params, day ? bound : NULL);
}

static void params_estimate_bound(struct params *params, int64_t thousandths) {
    if (thousandths == ESTIMATE_ANY) {
        params_text(params, NULL);
    } else {
        params_milli(params, thousandths);
    }
}

static void params_filter(struct params *params, const struct response_filter *filter) {
    params_int(params, filter->account_id);
    params_bound(params, filter->from);
    params_bound(params, filter->to);
    params_text(params, filter->survey);
    params_text(params, filter->agent);
    params_text(params, filter->team);
    params_text(params, filter->channel);
    params_text(params, filter->reason);
    params_text(params, filter->language);
    params_text(params, understood_name(filter->understood));
    params_text(params, filter->trust == TRUST_ANY ? NULL : trust_name((enum trust)filter->trust));
    params_int_unless(params, filter->has_comment, COMMENT_ANY);
    params_int_unless(params, filter->csat, CSAT_NONE);
    params_int_unless(params, filter->nps, NPS_NONE);
    params_int_unless(params, filter->ces, CES_NONE);
    params_text(params, filter->choice);
    params_text(params, filter->source);
    params_estimate_bound(params, filter->frustration_min);
    params_estimate_bound(params, filter->frustration_max);
    params_estimate_bound(params, filter->polarity_min);
    params_estimate_bound(params, filter->polarity_max);
}

static void params_position(struct params *params, const struct response_position *after) {
    if (after->given) {
        params_time(params, after->answered_at_us);
        params_uuid(params, &after->id);
    } else {
        params_text(params, NULL);
        params_text(params, NULL);
    }
}

static enum outcome read_page(const PGresult *rows, struct response_page *page) {
    size_t count = (size_t)PQntuples(rows);
    *page = (struct response_page){.items = calloc(count ? count : 1, sizeof *page->items)};
    enum outcome outcome = page->items ? OUTCOME_OK : OUTCOME_FAILED;
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        outcome = survey_response_from_row(rows, (int)i, &page->items[i]);
        page->count += outcome == OUTCOME_OK;
    }
    if (outcome != OUTCOME_OK) {
        response_page_clear(page);
    }
    return outcome;
}

enum outcome load_responses(struct db_connection *connection, const struct response_filter *filter,
                            const struct response_position *after, size_t limit,
                            struct response_page *page) {
    CLEANUP(params_clear) struct params params = {0};
    params_filter(&params, filter);
    params_position(&params, after);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, filter->oldest_first ? oldest_first : newest_first,
                 params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? read_page(rows, page) : outcome;
}

enum outcome load_response(struct db_connection *connection, int64_t account_id,
                           const struct uuid *id, struct survey_response *response) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT " RESPONSE_COLUMNS " FROM responses WHERE account_id = $1 AND id = $2",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) ? survey_response_from_row(rows, 0, response) : OUTCOME_NOT_FOUND;
}

enum outcome load_responses_with_keys(struct db_connection *connection,
                                      const struct object_key keys[], size_t count,
                                      struct response_page *page) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_objects(
        connection, "SELECT " RESPONSE_COLUMNS FROM_OBJECTS("responses"), keys, count, &rows);
    return outcome == OUTCOME_OK ? read_page(rows, page) : outcome;
}
