#include "store/spike_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"
#include "store/frustration_hours.h"
#include "store/params.h"
#include "store/spike_sql.h"

void team_windows_clear(struct team_windows *list) {
    free(list->windows);
    *list = (struct team_windows){0};
}

void team_histories_clear(struct team_histories *list) {
    free(list->histories);
    *list = (struct team_histories){0};
}

void team_outlooks_clear(struct team_outlooks *list) {
    free(list->outlooks);
    *list = (struct team_outlooks){0};
}

/* NULL for any. */
static void params_teams(struct params *params, const struct team_choice *choice) {
    if (choice->any) {
        params_text(params, NULL);
        return;
    }
    CLEANUP(text_clear) struct text teams = {0};
    for (size_t i = 0; i < choice->count; i++) {
        array_append_text(&teams, choice->teams[i]);
    }
    params_array(params, &teams);
}

static void copy_team(char team[DIMENSION_BYTES_MAX + 1], const char *text) {
    size_t length = strnlen(text, DIMENSION_BYTES_MAX);
    memcpy(team, text, length);
    team[length] = '\0';
}

/* ---- the last hour ---- */

#define NUMBER_TEXT(number) #number
#define LIMIT_TEXT(number)  " LIMIT " NUMBER_TEXT(number)

/* clang-format off */
#define WINDOW                                                                                     \
    "(SELECT id, team, answered_at, frustration FROM responses WHERE account_id = $1"              \
    " AND answered_at > $2::timestamptz AND answered_at <= $3::timestamptz AND " SCORED            \
    " ORDER BY answered_at DESC, id DESC" LIMIT_TEXT(SPIKE_READ_MAX) ") recent"
/* clang-format on */

static void params_window(struct params *params, const struct spike_scene *scene) {
    params_int(params, scene->account_id);
    params_time(params, scene->now_us - SPIKE_WINDOW_US);
    params_time(params, scene->now_us);
}

static const char windows_sql[] =
    "SELECT whose.team, count(*), count(*) FILTER (WHERE " FRUSTRATED ")"
    " FROM " WINDOW " CROSS JOIN LATERAL (SELECT '' AS team UNION SELECT recent.team) whose"
    " WHERE whose.team IS NOT NULL"
    " AND ($4::text[] IS NULL OR whose.team = ANY ($4::text[])) GROUP BY 1";

enum outcome load_team_windows(const struct spike_scene *scene, const struct team_choice *choice,
                               struct team_windows *list) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    params_window(&params, scene);
    params_teams(&params, choice);
    enum outcome outcome = params_ready(&params) ? db_query(scene->connection, &rows, windows_sql,
                                                            params_from(&params, 0, params.count))
                                                 : OUTCOME_FAILED;
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    list->windows = calloc(count + 1, sizeof *list->windows);
    for (size_t i = 0; list->windows && i < count; i++) {
        struct team_window *window = &list->windows[list->count++];
        copy_team(window->team, db_text(rows, (int)i, 0));
        window->answers = (struct trials){db_int(rows, (int)i, 2), db_int(rows, (int)i, 1)};
    }
    return list->windows ? OUTCOME_OK : OUTCOME_FAILED;
}

static const char frustrated_sql[] =
    "SELECT id FROM " WINDOW " WHERE " FRUSTRATED
    " AND ($4 = '' OR team = $4) ORDER BY answered_at DESC, id DESC LIMIT $5::int";

enum outcome load_frustrated_ids(const struct spike_scene *scene, const char *team,
                                 struct uuid ids[], size_t room, size_t *count) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    params_window(&params, scene);
    params_text(&params, team);
    params_int(&params, (int64_t)room);
    enum outcome outcome = params_ready(&params)
                               ? db_query(scene->connection, &rows, frustrated_sql,
                                          params_from(&params, 0, params.count))
                               : OUTCOME_FAILED;
    *count = outcome == OUTCOME_OK ? (size_t)PQntuples(rows) : 0;
    for (size_t i = 0; i < *count; i++) {
        if (!uuid_parse(db_text(rows, (int)i, 0), &ids[i])) {
            return OUTCOME_FAILED;
        }
    }
    return outcome;
}

/* ---- the hours before ---- */

/* clang-format off */

/* The place of an hour in the week, by the account's clock. */
#define PLACE(hour)                                                                                \
    "(extract(isodow FROM timezone(time_zone, " hour ")) * 24"                                     \
    " + extract(hour FROM timezone(time_zone, " hour ")))::int AS place"

/* The last 60 minutes are held against the hour that has most of them. */
#define PLACES                                                                                     \
    "places AS MATERIALIZED (SELECT hour, " PLACE("hour") " FROM accounts CROSS JOIN"              \
    " generate_series($2::timestamptz, $3::timestamptz, interval '1 hour') AS hour"                \
    " WHERE account_id = $1),"                                                                     \
    " place_now AS MATERIALIZED (SELECT " PLACE("hour") " FROM accounts CROSS JOIN"                \
    " date_trunc('hour', $4::timestamptz - interval '30 minutes', 'UTC') AS hour"                  \
    " WHERE account_id = $1)"

#define ALARMED_HOURS                                                                              \
    "alarmed AS MATERIALIZED (SELECT DISTINCT team, hour FROM alerts CROSS JOIN"                   \
    " generate_series(date_trunc('hour', window_from, 'UTC'), exceeded_at, interval '1 hour')"     \
    " AS hour WHERE account_id = $1 AND exceeded_at >= $2::timestamptz)"

/* As struct spike_hours has them, of each team and place in the week. */
#define ORDINARY "FILTER (WHERE alarmed.hour IS NULL)"
#define PARTS                                                                                      \
    "parts AS (SELECT hours.team, place, sum(n) AS total, min(hours.hour) AS first,"               \
    " count(*) " ORDINARY " AS hours, sum(n) " ORDINARY " AS n,"                                   \
    " sum(frustrated) " ORDINARY " AS frustrated,"                                                 \
    " sum(frustrated * (n - frustrated)::float8 / n) " ORDINARY " AS mixed,"                       \
    " sum(n::bigint * (n - 1)) " ORDINARY " AS pairs"                                              \
    " FROM frustration_hours hours JOIN places ON places.hour = hours.hour"                        \
    " LEFT JOIN alarmed ON alarmed.team = hours.team AND alarmed.hour = hours.hour"                \
    " WHERE hours.account_id = $1 AND hours.hour >= $2::timestamptz"                               \
    " AND hours.hour < $3::timestamptz"                                                            \
    " AND ($5::text[] IS NULL OR hours.team = ANY ($5::text[])) GROUP BY 1, 2)"

#define SUMS_COLUMNS(which)                                                                        \
    "COALESCE(sum(hours)" which ", 0)::bigint, COALESCE(sum(n)" which ", 0)::bigint,"              \
    " COALESCE(sum(frustrated)" which ", 0)::bigint, COALESCE(sum(mixed)" which ", 0),"            \
    " COALESCE(sum(pairs)" which ", 0)::bigint"
#define SUMS_COLUMN_COUNT 5

/* By place first: an account may have a million hours. */
static const char histories_sql[] =
    "WITH " PLACES ", " ALARMED_HOURS ", " PARTS
    " SELECT team, sum(total)::bigint, count(*), " DB_TIME("min(first)") ", " SUMS_COLUMNS("")
    ", " SUMS_COLUMNS(" FILTER (WHERE place = (SELECT place FROM place_now))")
    " FROM parts GROUP BY team ORDER BY team LIMIT $6::int";

/* clang-format on */

static struct spike_hours hours_from_row(const PGresult *rows, int row, int first) {
    return (struct spike_hours){
        .hours = db_int(rows, row, first),
        .answers = {db_int(rows, row, first + 2), db_int(rows, row, first + 1)},
        .mixed = strtod(db_text(rows, row, first + 3), NULL),
        .pairs = db_int(rows, row, first + 4),
    };
}

static struct team_history history_from_row(const PGresult *rows, int row, int64_t now_us) {
    struct team_history history = {
        .history = {.answers = db_int(rows, row, 1),
                    .open_hours = db_int(rows, row, 2),
                    .days = (double)(now_us - db_time(rows, row, 3)) / (double)US_PER_DAY,
                    .hours = hours_from_row(rows, row, 4),
                    .alike = hours_from_row(rows, row, 4 + SUMS_COLUMN_COUNT)}};
    copy_team(history.team, db_text(rows, row, 0));
    return history;
}

enum outcome load_team_histories(const struct spike_scene *scene, const struct team_choice *choice,
                                 size_t limit, struct team_histories *list) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    params_int(&params, scene->account_id);
    params_time(&params, frustration_hours_begin(scene->now_us));
    params_time(&params, frustration_hours_end(scene->now_us));
    params_time(&params, scene->now_us);
    params_teams(&params, choice);
    params_int(&params, (int64_t)limit);
    enum outcome outcome = params_ready(&params) ? db_query(scene->connection, &rows, histories_sql,
                                                            params_from(&params, 0, params.count))
                                                 : OUTCOME_FAILED;
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    list->histories = calloc(count + 1, sizeof *list->histories);
    for (size_t i = 0; list->histories && i < count; i++) {
        list->histories[list->count++] = history_from_row(rows, (int)i, scene->now_us);
    }
    return list->histories ? OUTCOME_OK : OUTCOME_FAILED;
}

/* ---- the outlook ---- */

static void add_outlook(struct team_outlooks *list, const struct team_history *history,
                        double budget) {
    struct team_outlook *outlook = &list->outlooks[list->count++];
    memcpy(outlook->team, history->team, sizeof outlook->team);
    outlook->baseline = spike_baseline_of(&history->history);
    outlook->outlook = spike_outlook_of(&outlook->baseline, budget);
}

/* The whole account comes first by name, if any of its hours are known. */
static enum outcome add_outlooks(struct team_outlooks *list, const struct team_histories *known,
                                 double budget) {
    static const struct team_history nothing;
    list->outlooks = calloc(known->count + 1, sizeof *list->outlooks);
    if (!list->outlooks) {
        return OUTCOME_FAILED;
    }
    if (known->count == 0 || *known->histories[0].team) {
        add_outlook(list, &nothing, budget);
    }
    for (size_t i = 0; i < known->count; i++) {
        add_outlook(list, &known->histories[i], budget);
    }
    return OUTCOME_OK;
}

enum outcome load_spike_outlook(const struct spike_scene *scene, double budget, size_t limit,
                                struct team_outlooks *list) {
    struct team_histories known = {0};
    enum outcome outcome = load_team_histories(scene, &ANY_TEAM, limit + 1, &known);
    outcome = outcome == OUTCOME_OK ? add_outlooks(list, &known, budget) : outcome;
    team_histories_clear(&known);
    return outcome;
}
