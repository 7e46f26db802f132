/* GET /v1/alerts/outlook: of which teams a spike could be told, and why not of others. */
#include <jansson.h>
#include <stdbool.h>

#include "api/api.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "config.h"
#include "store/spike_facts.h"

#define TEAMS_MAX   1000
#define THOUSANDTHS 1000.0

static void release_json(json_t **json) {
    json_decref(*json);
}

static json_t *number_or_null(bool known, double number) {
    return known ? json_real(number) : json_null();
}

/* Without answers nothing is usual. */
static json_t *baseline_to_json(const struct team_outlook *team) {
    const struct spike_baseline *baseline = &team->baseline;
    const struct spike_judgement *judgement = &team->outlook.judgement;
    bool known = baseline->usual.n > 0;
    return json_pack("{s:I, s:I, s:o, s:o, s:o, s:f, s:f, s:f, s:f}", "frustrated",
                     (json_int_t)baseline->usual.x, "n", (json_int_t)baseline->usual.n, "rate",
                     number_or_null(known, judgement->baseline_rate), "low",
                     number_or_null(known, judgement->baseline_interval.low), "high",
                     number_or_null(known, judgement->baseline_interval.high), "days",
                     baseline->days, "open_hours_per_week", baseline->open_hours,
                     "answers_per_hour", baseline->answers_per_hour, "correlation", baseline->rho);
}

/* Null where not even an hour of frustrated answers alone would be one. */
static json_t *least_to_json(const struct spike_outlook *outlook) {
    return outlook->least == 0 ? json_null()
                               : json_pack("{s:I, s:I}", "frustrated", (json_int_t)outlook->least,
                                           "n", (json_int_t)outlook->usual_answers);
}

static const char *doubt_name(enum spike_doubt doubt) {
    static const char *const names[] = {
        [SPIKE_NO_DOUBT] = NULL,
        [SPIKE_FEW_BEFORE] = "few_before",
        [SPIKE_SHORT_BEFORE] = "short_before",
        [SPIKE_FEW_ANSWERS] = "few_answers",
    };
    return names[doubt];
}

/* False when out of memory. */
static bool set_doubt(json_t *json, const struct team_outlook *team) {
    CLEANUP(text_clear) struct text text = {0};
    const struct spike_judgement *judgement = &team->outlook.judgement;
    const struct spike_facts facts = {.baseline = team->baseline, .alpha = judgement->alpha};
    spike_doubt_append(&facts, judgement->doubt, &text);
    return judgement->doubt == SPIKE_NO_DOUBT ||
           (!text.failed &&
            json_object_set_new(json, "reason", json_string(doubt_name(judgement->doubt))) == 0 &&
            json_object_set_new(json, "text", json_string(text.bytes)) == 0);
}

static json_t *outlook_to_json(const struct team_outlook *team) {
    const struct spike_judgement *judgement = &team->outlook.judgement;
    json_t *json = json_pack("{s:s?, s:b, s:o, s:f, s:o}", "team", *team->team ? team->team : NULL,
                             "can_tell", judgement->can_tell, "baseline", baseline_to_json(team),
                             "alpha", judgement->alpha, "least", least_to_json(&team->outlook));
    if (json && !set_doubt(json, team)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static struct response respond_outlooks(const struct team_outlooks *list) {
    size_t shown = list->count > 1 + TEAMS_MAX ? 1 + TEAMS_MAX : list->count;
    CLEANUP(release_json) json_t *data = json_array();
    bool whole = data != NULL;
    for (size_t i = 0; whole && i < shown; i++) {
        whole = json_array_append_new(data, outlook_to_json(&list->outlooks[i])) == 0;
    }
    if (!whole) {
        return respond_outcome(OUTCOME_FAILED, "outlook");
    }
    return respond(200, json_pack("{s:O, s:b}", "data", data, "has_more", shown < list->count));
}

struct response get_alert_outlook(struct app *app, const struct request *request) {
    double budget =
        (double)config_number(&app->config->alerts.false_alarms_per_team_week) / THOUSANDTHS;
    CLEANUP(team_outlooks_clear) struct team_outlooks list = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    struct spike_scene scene = {
        .connection = connection,
        .account_id = request->principal.account_id,
        .now_us = time_now_us(),
    };
    enum outcome outcome = /* one more tells whether there are further teams */
        connection ? load_spike_outlook(&scene, budget, TEAMS_MAX + 1, &list) : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_outlooks(&list) : respond_outcome(outcome, "outlook");
}
