/* POST /v1/webhooks/{id}/rotate-secret: another secret, beside which the one before signs a while.
 */
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/webhook_body.h"
#include "api/webhook_parts.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/webhook_signing.h"

#define OVERLAP_S_DEFAULT 86400
#define OVERLAP_S_MAX     (7L * 86400)

struct rotation {
    int overlap_s;
    char *secret;        /* owned; NULL: make one */
    bool refused;        /* by the request's conditions */
    bool same;           /* it is the secret there is already */
    struct webhook done; /* owned */
};

static const struct field fields[] = {
    {.name = "overlap_s",
     .kind = FIELD_INT,
     .offset = offsetof(struct rotation, overlap_s),
     .max = OVERLAP_S_MAX},
    {.name = "secret",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct rotation, secret),
     .max = WEBHOOK_SECRET_BYTES_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

static void rotation_clear(struct rotation *rotation) {
    free_secret_text(rotation->secret);
    webhook_clear(&rotation->done);
}

static void read_rotation(const struct request *request, struct rotation *rotation,
                          struct mistakes *mistakes) {
    CLEANUP(json_decrefp) json_t *json = json_copy((json_t *)request->json);
    take_secret_that_is_no_text(json, mistakes);
    read_fields(json, &table, "", rotation, mistakes);
    const char *objection = rotation->secret ? signing_secret_objection(rotation->secret) : NULL;
    if (objection) {
        mistakes_add(mistakes, "/secret", "%s", objection);
    }
}

static bool replace_secret(const struct rotation *rotation, struct webhook *webhook) {
    char made[SIGNING_SECRET_SIZE];
    signing_secret_make(made);
    char *secret = strdup(rotation->secret ? rotation->secret : made);
    sodium_memzero(made, sizeof made);
    if (!secret) {
        return false;
    }
    free_secret_text(webhook->previous_secret);
    webhook->previous_secret = webhook->secret;
    webhook->previous_valid_until_us = time_now_us() + rotation->overlap_s * US_PER_SECOND;
    webhook->secret = secret;
    if (rotation->overlap_s == 0) {
        free_secret_text(webhook->previous_secret);
        webhook->previous_secret = NULL;
    }
    return true;
}

static enum outcome rotate_once(struct db_connection *connection, const struct request *request,
                                struct rotation *rotation) {
    struct webhook *webhook = &rotation->done;
    webhook_clear(webhook);
    enum outcome outcome = load_named_webhook(connection, request, webhook);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    rotation->refused = !webhook_conditions_hold(request, webhook);
    rotation->same = rotation->secret && strcmp(rotation->secret, webhook->secret) == 0;
    if (rotation->refused || rotation->same) {
        return OUTCOME_CONFLICT;
    }
    return replace_secret(rotation, webhook) ? store_webhook(connection, webhook) : OUTCOME_FAILED;
}

static enum outcome rotate(struct app *app, const struct request *request,
                           struct rotation *rotation) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? OUTCOME_CONFLICT : OUTCOME_UNAVAILABLE;
    for (int i = 0; i < WEBHOOK_RACES_MAX && outcome == OUTCOME_CONFLICT && !rotation->refused &&
                    !rotation->same;
         i++) {
        outcome = rotate_once(connection, request, rotation);
    }
    return outcome;
}

struct response rotate_webhook_secret(struct app *app, const struct request *request) {
    CLEANUP(rotation_clear) struct rotation rotation = {.overlap_s = OVERLAP_S_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    read_rotation(request, &rotation, &mistakes);
    if (!mistakes_none(&mistakes)) {
        return respond_mistakes(&mistakes);
    }
    enum outcome outcome = rotate(app, request, &rotation);
    if (rotation.same && !rotation.refused) {
        mistakes_add(&mistakes, "/secret", "is the one there is already");
        return respond_mistakes(&mistakes);
    }
    return outcome == OUTCOME_OK ? respond_webhook(200, &rotation.done, true)
                                 : respond_webhook_outcome(outcome);
}
