#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/etag.h"
#include "api/metrics_query.h"
#include "api/score_json.h"
#include "app.h"
#include "base/cleanup.h"

/* RFC 3339 with the account's offset: "2026-03-29T00:00:00+01:00". */
static void append_local_instant(struct text *text, const struct local_instant *instant) {
    char local[TIME_TEXT_SIZE];
    time_format(instant->time_us + instant->offset_s * US_PER_SECOND, local);
    local[strlen(local) - 1] = '\0';
    int64_t minutes = llabs(instant->offset_s) / 60;
    text_append_char(text, '"');
    text_append(text, local);
    text_append_char(text, instant->offset_s < 0 ? '-' : '+');
    text_append_format(text, "%02d:%02d\"", (int)(minutes / 60), (int)(minutes % 60));
}

static void append_head(struct text *text, const struct metrics_query *query,
                        const struct metrics_window *window) {
    static const char *const names[] = {
        [METRICS_BY_DAY] = "day", [METRICS_BY_HOUR] = "hour", [METRICS_ALL] = "all"};
    text_append(text, "{\"survey\":");
    text_append_json(text, query->survey);
    text_append(text, ",\"from\":");
    append_local_instant(text, &window->from);
    text_append(text, ",\"to\":");
    append_local_instant(text, &window->to);
    text_append(text, ",\"interval\":");
    text_append_json(text, names[query->interval]);
    text_append(text, ",\"timezone\":");
    text_append_json(text, window->time_zone);
}

/* Everything narrowed down by a dimension is marked; the whole account's answers never are. */
static void append_score(struct text *text, const struct counters *counters, bool filtered) {
    struct score score = score_of(counters);
    if (filtered) {
        score_mark(&score);
    }
    score_append_json(text, &score);
}

static void append_series(struct text *text, const struct metrics *metrics, bool filtered) {
    for (size_t i = 0; i < metrics->series_count; i++) {
        text_append(text, i ? ",{\"start\":" : "{\"start\":");
        append_local_instant(text, &metrics->series[i].start);
        text_append_char(text, ',');
        append_score(text, &metrics->series[i].counters, filtered);
        text_append_char(text, '}');
    }
}

static bool append_groups(struct text *text, const struct metrics *metrics) {
    struct score *scores = calloc(metrics->group_count + 1, sizeof *scores);
    if (!scores) {
        return false;
    }
    for (size_t i = 0; i < metrics->group_count; i++) {
        scores[i] = score_of(&metrics->groups[i].counters);
    }
    scores_mark_groups(scores, metrics->group_count);
    for (size_t i = 0; i < metrics->group_count; i++) {
        text_append(text, i ? ",{\"value\":" : "{\"value\":");
        text_append_json(text, metrics->groups[i].value);
        text_append_char(text, ',');
        score_append_json(text, &scores[i]);
        text_append_char(text, '}');
    }
    free(scores);
    return true;
}

static bool append_metrics(struct text *text, const struct metrics_query *query,
                           const struct metrics_window *window, const struct metrics *metrics) {
    bool filtered = false;
    for (int i = 0; i < DIMENSIONS; i++) {
        filtered |= query->filters[i] != NULL;
    }
    append_head(text, query, window);
    text_append(text, ",\"total\":{");
    append_score(text, &metrics->total, filtered);
    text_append(text, "},\"series\":[");
    append_series(text, metrics, filtered);
    text_append(text, "],\"groups\":[");
    bool complete = append_groups(text, metrics);
    text_append(text, metrics->groups_truncated ? "],\"groups_truncated\":true}" : "]}");
    return complete && !text->failed;
}

/* 200, or 304 when the client has this very answer. Takes text's bytes. */
static struct response respond_tagged(const struct request *request, struct text *text) {
    char etag[ETAG_SIZE];
    etag_of(text->bytes, text->length, etag);
    bool known = etag_matches(request_header(request, "If-None-Match"), etag);
    struct response response = known ? respond_empty(304) : respond_text(200, TYPE_JSON, text);
    response_set_header(&response, "ETag", etag);
    response_set_header(&response, "Cache-Control", "private, no-cache");
    return response;
}

static struct response answer_metrics(struct db_connection *connection,
                                      const struct request *request,
                                      const struct metrics_request *asked) {
    struct metrics_window window;
    enum outcome outcome = load_metrics_window(connection, &asked->query, &window);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "survey");
    }
    struct mistakes mistakes = {0};
    if (!check_metrics_window(asked, &window, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    CLEANUP(metrics_clear) struct metrics metrics = {0};
    outcome = load_metrics(connection, &asked->query, &window, &metrics);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "metrics");
    }
    CLEANUP(text_clear) struct text text = {0};
    if (!append_metrics(&text, &asked->query, &window, &metrics)) {
        return respond_outcome(OUTCOME_FAILED, "metrics");
    }
    return respond_tagged(request, &text);
}

struct response get_metrics(struct app *app, const struct request *request) {
    struct metrics_request asked;
    struct mistakes mistakes = {0};
    if (!read_metrics_request(request, &asked, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? answer_metrics(connection, request, &asked)
                      : respond_outcome(OUTCOME_UNAVAILABLE, "metrics");
}
