/*
 * Does with alerts what the watcher of spikes does, as the argument says, a JSON object: {do,
 * account, team, raised_at, window_s, frustrated, n, baseline: [frustrated, n], responses: [id,
 * ..], cool_down_s} to raise one, {do, account, id, at} to touch or resolve one. Prints {outcome,
 * raised, id}.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/alert.h"

#define COOL_DOWN_S 3600
#define WINDOW_S    3600

static int64_t number_of(const json_t *json, const char *name, int64_t otherwise) {
    const json_t *value = json_object_get(json, name);
    return value ? json_integer_value(value) : otherwise;
}

static int64_t time_of(const json_t *json, const char *name) {
    int64_t time_us = time_now_us();
    const char *text = json_string_value(json_object_get(json, name));
    if (text) {
        time_parse(text, &time_us);
    }
    return time_us;
}

static void read_alert(const json_t *json, struct alert *alert) {
    const json_t *baseline = json_object_get(json, "baseline");
    const json_t *responses = json_object_get(json, "responses");
    const char *team = json_string_value(json_object_get(json, "team"));
    snprintf(alert->team, sizeof alert->team, "%s", team ? team : "");
    alert->account_id = number_of(json, "account", 1);
    alert->raised_at_us = time_of(json, "raised_at");
    alert->window_from_us =
        alert->raised_at_us - number_of(json, "window_s", WINDOW_S) * US_PER_SECOND;
    alert->frustrated = (int)number_of(json, "frustrated", 9);
    alert->n = (int)number_of(json, "n", 20);
    alert->baseline_frustrated = (int)json_integer_value(json_array_get(baseline, 0));
    alert->baseline_n = (int)json_integer_value(json_array_get(baseline, 1));
    alert->p = 0.0001234567890123;
    alert->alpha = 0.0014;
    alert->response_count = json_array_size(responses);
    for (size_t i = 0; i < alert->response_count; i++) {
        uuid_parse(json_string_value(json_array_get(responses, i)), &alert->response_ids[i]);
    }
}

static int print(enum outcome outcome, bool raised, const struct uuid *id) {
    char text[UUID_TEXT_SIZE];
    uuid_format(id, text);
    printf("{\"outcome\": %d, \"raised\": %s, \"id\": \"%s\"}\n", (int)outcome,
           raised ? "true" : "false", text);
    return EXIT_SUCCESS;
}

static int raise_one(struct db_connection *connection, const json_t *json) {
    struct alert alert = ALERT_NONE;
    bool raised = false;
    read_alert(json, &alert);
    enum outcome outcome = raise_alert(
        connection, &alert, number_of(json, "cool_down_s", COOL_DOWN_S) * US_PER_SECOND, &raised);
    return print(outcome, raised, &alert.id);
}

static int change_one(struct db_connection *connection, const json_t *json, bool resolves) {
    CLEANUP(alert_clear) struct alert alert = ALERT_NONE;
    struct alert_order order = {.account_id = number_of(json, "account", 1),
                                .at_us = time_of(json, "at")};
    uuid_parse(json_string_value(json_object_get(json, "id")), &order.alert_id);
    return print(resolves ? store_resolution(connection, &order, &alert)
                          : touch_alert(connection, order.account_id, &order.alert_id, order.at_us),
                 false, &order.alert_id);
}

static int work(struct db_connection *connection, const json_t *json) {
    const char *what = json_string_value(json_object_get(json, "do"));
    return strcmp(what, "raise") == 0 ? raise_one(connection, json)
                                      : change_one(connection, json, strcmp(what, "resolve") == 0);
}

int main(int argc, char **argv) {
    json_t *json = argc == 2 ? json_loads(argv[1], 0, NULL) : NULL;
    struct db *db = db_open(&(struct db_options){.conninfo = getenv("DATABASE_URL"),
                                                 .connections = 1,
                                                 .connect_timeout_ms = 10000,
                                                 .acquire_timeout_ms = 10000,
                                                 .statement_timeout_ms = 30000,
                                                 .prepare = true});
    struct db_connection *connection = db ? db_acquire(db) : NULL;
    int status = json && connection ? work(connection, json) : EXIT_FAILURE;
    if (connection) {
        db_release(&connection);
    }
    db_close(db);
    json_decref(json);
    return status;
}
