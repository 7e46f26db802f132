#include "api/vote_answer.h"

#include <stdio.h>
#include <string.h>

#include "api/response_json.h"
#include "api/survey_refusal.h"
#include "app.h"
#include "base/cleanup.h"

#define LOCATION_BYTES 64

static unsigned status_of(enum vote_effect effect) {
    static const unsigned statuses[] = {
        [EFFECT_CREATED] = 201,
        [EFFECT_CHANGED] = 200,
        [EFFECT_HELD] = 202,
    };
    return statuses[effect];
}

static struct response respond_stored(const struct app *app, const struct vote_result *result) {
    struct text body = {0};
    response_append_json(&body, result->response, app->sentiment);
    struct response response = respond_text(status_of(result->effect), TYPE_JSON, &body);
    if (result->effect == EFFECT_CREATED) {
        char location[LOCATION_BYTES] = "/v1/responses/";
        uuid_format(&result->response->id, location + strlen(location));
        response_set_header(&response, "Location", location);
    }
    if (result->replayed) {
        response_set_header(&response, "Idempotency-Replayed", "true");
    }
    return response;
}

static struct response respond_conflict(const char *code) {
    if (code && strcmp(code, "edit_window_closed") == 0) {
        return respond_problem(
            409, "edit_window_closed",
            "this contact was answered before, and the time to change the answer is over");
    }
    if (code && strcmp(code, "idempotency_key_reused") == 0) {
        return respond_problem(422, "idempotency_key_reused",
                               "this Idempotency-Key came before with another body; use a new key "
                               "for a new request");
    }
    return respond_outcome(OUTCOME_CONFLICT, "response");
}

struct response respond_vote(const struct app *app, const struct vote_result *result) {
    switch (result->outcome) {
    case OUTCOME_OK:
        return respond_stored(app, result);
    case OUTCOME_CONFLICT:
        return respond_conflict(result->code);
    case OUTCOME_REJECTED:
        return respond_problem(422, "unstorable_answer",
                               "the database cannot store this answer; look for characters or "
                               "numbers that are out of the ordinary");
    case OUTCOME_NOT_FOUND:
        return respond_survey_deleted();
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_FAILED:
    default:
        return respond_outcome(result->outcome, "response");
    }
}

struct response respond_refusal(enum submission submission) {
    if (submission == SUBMISSION_KEY_RUNNING) {
        return respond_problem(409, "idempotency_key_in_use",
                               "a request with this Idempotency-Key is still running; ask again "
                               "in a moment");
    }
    struct response response =
        respond_problem(503, "overloaded", "too many answers are waiting; try again shortly");
    response_set_header(&response, "Retry-After", "1");
    return response;
}
