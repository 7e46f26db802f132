/* POST /v1/responses/{id}/reclassify: overrule how far a vote is trusted. */
#include "store/reclassify.h"

#include <stddef.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/response_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"

#define REASON_CHARACTERS_MAX 1000

struct reclassify_body {
    char vote[UUID_TEXT_SIZE];
    enum trust trust;
    char *reason; /* owned */
};

static const struct choice trusts[] = {
    {"confirmed", TRUST_CONFIRMED},
    {"provisional", TRUST_PROVISIONAL},
    {"discarded", TRUST_DISCARDED},
    {0},
};

static const char *uuid_objection(const char *text) {
    struct uuid id;
    return uuid_parse(text, &id) ? NULL : "is not the id of a vote";
}

static const struct field fields[] = {
    {.name = "vote",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(struct reclassify_body, vote),
     .min = 1,
     .max = UUID_TEXT_SIZE - 1,
     .objection = uuid_objection},
    {.name = "trust",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(struct reclassify_body, trust),
     .choices = trusts},
    {.name = "reason",
     .kind = FIELD_LONG_TEXT,
     .required = true,
     .offset = offsetof(struct reclassify_body, reason),
     .min = 1,
     .max = REASON_CHARACTERS_MAX},
};

static const struct field_table table = FIELD_TABLE(fields);

static void body_clear(struct reclassify_body *body) {
    free(body->reason);
}

static struct response respond_reclassified(struct app *app, const struct reclassify_order *order) {
    CLEANUP(survey_response_clear)
    struct survey_response response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? reclassify_vote(connection, order, &response) : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "vote");
    }
    struct text text = {0};
    response_append_json(&text, &response, app->sentiment);
    return respond_text(200, TYPE_JSON, &text);
}

struct response reclassify_response(struct app *app, const struct request *request) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(body_clear) struct reclassify_body body = {0};
    struct reclassify_order order = {
        .account_id = request->principal.account_id,
        .slot = RECLASSIFY_ROLLUP_SLOT,
        .scorer = app->sentiment,
    };
    if (!uuid_parse(request_path_param(request, "id"), &order.response_id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "response");
    }
    if (!read_fields(request->json, &table, "", &body, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    char made_by[UUID_TEXT_SIZE];
    uuid_format(&request->principal.key_id, made_by);
    uuid_parse(body.vote, &order.vote_id);
    order.trust = body.trust;
    order.reason = body.reason;
    order.made_by = made_by;
    return respond_reclassified(app, &order);
}
