#include "api/alert_json.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "domain/score.h"

static json_t *time_to_json(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    time_format(time_us, text);
    return json_string(text);
}

static json_t *id_to_json(const struct uuid *id) {
    char text[UUID_TEXT_SIZE];
    uuid_format(id, text);
    return json_string(text);
}

static json_t *text_to_json(const struct alert *alert) {
    CLEANUP(text_clear) struct text text = {0};
    alert_append_text(&text, alert);
    return text.failed ? NULL : json_string(text.bytes);
}

/* Without answers nothing is usual. */
static json_t *baseline_to_json(const struct alert *alert) {
    int frustrated = alert->baseline_frustrated;
    int n = alert->baseline_n;
    if (n == 0) {
        return json_pack("{s:i, s:i, s:n, s:n, s:n}", "frustrated", 0, "n", 0, "rate", "low",
                         "high");
    }
    struct interval interval = wilson_interval(frustrated, n);
    return json_pack("{s:i, s:i, s:f, s:f, s:f}", "frustrated", frustrated, "n", n, "rate",
                     (double)frustrated / n, "low", interval.low, "high", interval.high);
}

static json_t *response_link(const struct app *app, const struct uuid *id) {
    char text[UUID_TEXT_SIZE];
    uuid_format(id, text);
    return json_pack("{s:s, s:o}", "id", text, "url",
                     json_sprintf("%s/v1/responses/%s", app->public_url, text));
}

static json_t *responses_to_json(const struct app *app, const struct alert *alert) {
    json_t *list = json_array();
    for (size_t i = 0; i < alert->response_count; i++) {
        json_array_append_new(list, response_link(app, &alert->response_ids[i]));
    }
    return list;
}

/* False, as below, when out of memory. */
static bool set_text(json_t *json, const char *name, const char *text) {
    return !text || json_object_set_new(json, name, json_string(text)) == 0;
}

static bool set_time(json_t *json, const char *name, int64_t time_us) {
    return time_us == TIME_NONE || json_object_set_new(json, name, time_to_json(time_us)) == 0;
}

static bool set_deeds(json_t *json, const struct alert *alert) {
    return set_time(json, "acknowledged_at", alert->acknowledged_at_us) &&
           set_text(json, "acknowledged_by", alert->acknowledged_by) &&
           set_time(json, "resolved_at", alert->resolved_at_us) &&
           set_text(json, "resolved_by", alert->resolved_by) && set_text(json, "note", alert->note);
}

json_t *alert_to_json(const struct app *app, const struct alert *alert) {
    json_t *json = json_pack(
        "{s:o, s:s?, s:o, s:s, s:o, s:o, s:{s:o, s:o}, s:i, s:i, s:o, s:f, s:f, s:o, s:i}", "id",
        id_to_json(&alert->id), "team", *alert->team ? alert->team : NULL, "text",
        text_to_json(alert), "status", alert_status_name(alert->status), "raised_at",
        time_to_json(alert->raised_at_us), "exceeded_at", time_to_json(alert->exceeded_at_us),
        "window", "from", time_to_json(alert->window_from_us), "to",
        time_to_json(alert->raised_at_us), "frustrated", alert->frustrated, "n", alert->n,
        "baseline", baseline_to_json(alert), "p", alert->p, "alpha", alert->alpha, "responses",
        responses_to_json(app, alert), "revision", alert->revision);
    if (json && !set_deeds(json, alert)) {
        json_decref(json);
        return NULL;
    }
    return json;
}
