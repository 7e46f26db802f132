#include "api/api.h"
#include "api/csv.h"
#include "api/etag.h"
#include "api/metrics_answer.h"
#include "api/metrics_csv.h"
#include "api/metrics_json.h"
#include "api/metrics_query.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"

#define TYPE_CSV "text/csv"

/* 200, or 304 when the client has this very answer. Takes text's bytes. */
static struct response respond_tagged(const struct request *request, struct text *text, bool csv) {
    char etag[ETAG_SIZE];
    etag_of(text->bytes, text->length, etag);
    bool known = etag_matches(request_header(request, "If-None-Match"), etag);
    struct response response =
        known ? respond_empty(304) : respond_text(200, csv ? CSV_CONTENT_TYPE : TYPE_JSON, text);
    response_set_header(&response, "ETag", etag);
    response_set_header(&response, "Cache-Control", "private, no-cache");
    if (csv && !known) {
        response_set_header(&response, "Content-Disposition",
                            "attachment; filename=\"metrics.csv\"");
    }
    return response;
}

static struct response render_metrics(const struct request *request,
                                      const struct metrics_request *asked,
                                      const struct metrics_window *window,
                                      const struct metrics *metrics) {
    CLEANUP(metrics_answer_clear) struct metrics_answer answer;
    CLEANUP(text_clear) struct text text = {0};
    if (!metrics_answer_make(&answer, &asked->query, window, metrics)) {
        return respond_outcome(OUTCOME_FAILED, "metrics");
    }
    (asked->csv ? metrics_append_csv : metrics_append_json)(&text, &answer);
    return text.failed ? respond_outcome(OUTCOME_FAILED, "metrics")
                       : respond_tagged(request, &text, asked->csv);
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
    return render_metrics(request, asked, &window, &metrics);
}

struct response get_metrics(struct app *app, const struct request *request) {
    static const char *const types[] = {TYPE_JSON, TYPE_CSV};
    const char *type = request_preferred_type(request, types, COUNT(types));
    if (!type) {
        return respond_problem(406, "not_acceptable",
                               "metrics come as application/json or text/csv");
    }
    struct metrics_request asked;
    struct mistakes mistakes = {0};
    if (!read_metrics_request(request, &asked, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    asked.csv = type == types[1];
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? answer_metrics(connection, request, &asked)
                      : respond_outcome(OUTCOME_UNAVAILABLE, "metrics");
}
