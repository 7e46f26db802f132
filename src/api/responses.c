/* POST /v1/responses: one answer, or an array of them. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/array_result.h"
#include "api/idempotency_key.h"
#include "api/mistakes.h"
#include "api/survey_refusal.h"
#include "api/vote_answer.h"
#include "api/vote_fields.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "http/exchange.h"
#include "intake/intake.h"
#include "store/survey_cache.h"

#define ARRAY_MAX     1000
#define POINTER_BYTES 16

/* What every vote of one request has in common. */
struct sender {
    struct app *app;
    const struct request *request;
    struct idempotency idempotency;
};

static void free_vote(struct vote *vote) {
    if (vote) {
        vote_clear(vote);
        free(vote);
    }
}

static void release_vote(struct vote **vote) {
    free_vote(*vote);
}

/* The survey that json names. NOT_FOUND also when it names none, which reading the vote tells;
 * UNAVAILABLE when it is not cached and we may not block. */
static enum outcome find_survey(const struct sender *sender, const json_t *json,
                                const struct survey **survey) {
    const struct request *request = sender->request;
    const char *name = json_string_value(json_object_get(json, "survey"));
    return name ? survey_cache_get(sender->app->survey_cache, request->principal.account_id, name,
                                   request->may_block, survey)
                : OUTCOME_NOT_FOUND;
}

/* Fills what the body does not say. */
static void complete_vote(const struct sender *sender, const struct survey *survey, int index,
                          struct vote *vote) {
    vote->account_id = sender->request->principal.account_id;
    vote->id = uuid_new();
    vote->edit_window_us = survey->edit_window_days * US_PER_DAY;
    vote->idempotency = sender->idempotency;
    vote->idempotency.index = index;
}

static void object_to_survey(const char *pointer, const struct vote *vote,
                             struct mistakes *mistakes) {
    char where[POINTER_BYTES + sizeof "/survey"];
    snprintf(where, sizeof where, "%s/survey", pointer);
    if (vote->survey[0]) { /* else the reader said what is wrong */
        mistakes_add(mistakes, where, "names a survey that does not exist; see GET /v1/surveys");
    }
}

/* Reads and completes one vote; false when *refusal says why it is none. */
static bool make_vote(const struct sender *sender, const struct vote_source *source, int index,
                      struct vote *vote, struct response *refusal) {
    CLEANUP(survey_cache_release) const struct survey *survey = NULL;
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    enum outcome outcome = find_survey(sender, source->json, &survey);
    if (outcome == OUTCOME_UNAVAILABLE && !sender->request->may_block) {
        *refusal = respond_on_worker();
        return false;
    }
    read_vote(source, survey, vote, &mistakes);
    if (outcome == OUTCOME_NOT_FOUND) {
        object_to_survey(source->pointer, vote, &mistakes);
    }
    if (!mistakes_none(&mistakes)) {
        *refusal = respond_mistakes(&mistakes);
    } else if (outcome != OUTCOME_OK) {
        *refusal = respond_outcome(outcome, "survey");
    } else if (survey->archived) {
        *refusal = respond_survey_archived();
    } else {
        complete_vote(sender, survey, index, vote);
        return true;
    }
    return false;
}

/* Reads, completes and hands in one vote; RESPONSE_LATER when intake has it, with context for done.
 */
static struct response submit(const struct sender *sender, const json_t *json, int index,
                              vote_done *done, void *context) {
    const struct request *request = sender->request;
    char pointer[POINTER_BYTES] = "";
    if (json_is_array(request->json)) {
        snprintf(pointer, sizeof pointer, "/%d", index);
    }
    CLEANUP(release_vote) struct vote *vote = calloc(1, sizeof *vote);
    struct response refusal;
    if (!vote) {
        return respond_outcome(OUTCOME_UNAVAILABLE, "response");
    }
    if (!make_vote(sender, &(struct vote_source){json, pointer, time_now_us()}, index, vote,
                   &refusal)) {
        return refusal; /* NOLINT(clang-analyzer-unix.Malloc): release_vote is forgotten */
    }
    enum submission submission = intake_submit(
        sender->app->intake, vote, exchange_deadline_us(request->exchange), done, context);
    if (submission != SUBMITTED) {
        return respond_refusal(submission);
    }
    vote = NULL;
    return respond_later();
}

static void answer_one(void *context, const struct vote_result *result) {
    exchange_answer(context, respond_vote(exchange_app(context), result));
}

static struct response create_one(const struct sender *sender) {
    struct exchange *kept = exchange_keep(sender->request->exchange);
    struct response response = submit(sender, sender->request->json, 0, answer_one, kept);
    if (response.kind != RESPONSE_LATER) {
        exchange_drop(kept);
    }
    return response;
}

/* An array under way: each element's answer, and how many are still out. */
struct array_job {
    struct exchange *exchange;
    atomic_size_t open;
    atomic_size_t stored;   /* elements that have their response, of which */
    atomic_size_t replayed; /* had it from an earlier request */
    size_t count;
    struct array_element {
        struct array_job *job;
        struct text answer;
    } elements[];
};

/* One less is out; whoever finishes the last one answers the request. */
static void settle_element(struct array_job *job) {
    if (atomic_fetch_sub(&job->open, 1) != 1) {
        return;
    }
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < job->count; i++) {
        const struct text *answer = &job->elements[i].answer;
        text_append(&body, i ? "," : "");
        text_append_bytes(&body, answer->bytes, answer->length);
        body.failed = body.failed || answer->failed;
        text_clear(&job->elements[i].answer);
    }
    text_append(&body, "]}");
    struct response response = respond_text(207, TYPE_JSON, &body);
    size_t replayed = atomic_load(&job->replayed);
    if (replayed > 0 && replayed == atomic_load(&job->stored)) {
        response_set_header(&response, "Idempotency-Replayed", "true");
    }
    exchange_answer(job->exchange, response);
    free(job);
}

static void answer_element(void *context, const struct vote_result *result) {
    struct array_element *element = context;
    atomic_fetch_add(&element->job->stored, result->outcome == OUTCOME_OK);
    atomic_fetch_add(&element->job->replayed, result->outcome == OUTCOME_OK && result->replayed);
    struct app *app = exchange_app(element->job->exchange);
    append_array_result(&element->answer, "response", respond_vote(app, result));
    settle_element(element->job);
}

static struct response create_array(const struct sender *sender) {
    const json_t *array = sender->request->json;
    size_t count = json_array_size(array);
    if (count == 0 || count > ARRAY_MAX) {
        CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
        mistakes_add(&mistakes, "", "has %zu elements; expected 1 to %d", count, ARRAY_MAX);
        return respond_mistakes(&mistakes);
    }
    struct array_job *job = calloc(1, sizeof *job + count * sizeof job->elements[0]);
    if (!job) {
        return respond_outcome(OUTCOME_UNAVAILABLE, "response");
    }
    job->exchange = exchange_keep(sender->request->exchange);
    job->count = count;
    /* One more than there are, so that the job outlives this loop, whatever the analyzer thinks. */
    atomic_init(&job->open, count + 1);
    atomic_init(&job->stored, 0);
    atomic_init(&job->replayed, 0);
    for (size_t i = 0; i < count; i++) {
        struct array_element *element = &job->elements[i];
        element->job = job; /* NOLINT(clang-analyzer-unix.Malloc) */
        struct response response =
            submit(sender, json_array_get(array, i), (int)i, answer_element, element);
        if (response.kind != RESPONSE_LATER) {
            append_array_result(&element->answer, "response", response);
            settle_element(job);
        }
    }
    settle_element(job); /* NOLINT(clang-analyzer-unix.Malloc) */
    return respond_later();
}

struct response create_response(struct app *app, const struct request *request) {
    struct sender sender = {.app = app, .request = request};
    if (json_is_array(request->json) && !request->may_block) {
        return respond_on_worker();
    }
    if (!request_idempotency(request, &sender.idempotency)) {
        return respond_problem(400, "invalid_idempotency_key",
                               "Idempotency-Key must be 1 to 255 visible ASCII characters, quoted "
                               "or bare");
    }
    return json_is_array(request->json) ? create_array(&sender) : create_one(&sender);
}
