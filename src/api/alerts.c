/* POST /v1/alerts/{id}/acknowledge and /resolve. */
#include <stddef.h>
#include <stdlib.h>

#include "api/alert_json.h"
#include "api/api.h"
#include "api/fields.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/alert.h"

#define NOTE_CHARACTERS_MAX 1000

struct deed_body {
    char *note; /* owned, or NULL */
};

static const struct field fields[] = {
    {.name = "note",
     .kind = FIELD_LONG_TEXT,
     .offset = offsetof(struct deed_body, note),
     .min = 0,
     .max = NOTE_CHARACTERS_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

static void body_clear(struct deed_body *body) {
    free(body->note);
}

typedef enum outcome alert_storer(struct db_connection *connection, const struct alert_order *order,
                                  struct alert *alert);

static struct response respond_stored(struct app *app, const struct alert_order *order,
                                      alert_storer *store) {
    CLEANUP(alert_clear) struct alert alert = ALERT_NONE;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? store(connection, order, &alert) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_CONFLICT) {
        return respond_problem(409, "alert_resolved",
                               "the alert is resolved: there is nothing to acknowledge any more; "
                               "a note can be put to it with /resolve");
    }
    return outcome == OUTCOME_OK ? respond(200, alert_to_json(app, &alert))
                                 : respond_outcome(outcome, "alert");
}

static struct response change(struct app *app, const struct request *request, alert_storer *store) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(body_clear) struct deed_body body = {0};
    struct alert_order order = {
        .account_id = request->principal.account_id,
        .key_id = &request->principal.key_id,
        .at_us = time_now_us(),
    };
    if (!uuid_parse(request_path_param(request, "id"), &order.alert_id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "alert");
    }
    if (!read_fields(request->json, &table, "", &body, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    order.note = body.note;
    return respond_stored(app, &order, store);
}

struct response acknowledge_alert(struct app *app, const struct request *request) {
    return change(app, request, store_acknowledgement);
}

struct response resolve_alert(struct app *app, const struct request *request) {
    return change(app, request, store_resolution);
}
