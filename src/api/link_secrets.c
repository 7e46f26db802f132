#include <stddef.h>

#include "api/api.h"
#include "api/fields.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/link_secret.h"
#include "store/survey_cache.h"

#define PREVIOUS_DAYS_MAX     365
#define PREVIOUS_DAYS_DEFAULT (-1) /* as long as the survey's invitations live */

struct rotation_request {
    int previous_valid_days;
};

static const struct field fields[] = {
    {.name = "previous_valid_days",
     .kind = FIELD_INT,
     .offset = offsetof(struct rotation_request, previous_valid_days),
     .min = 0,
     .max = PREVIOUS_DAYS_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

/* The only time that a secret is shown. */
static struct response respond_secret(const struct link_secrets *secrets) {
    struct text body = {0};
    char time[TIME_TEXT_SIZE];
    const struct link_secret *newest = &secrets->secrets[0];
    time_format(newest->created_at_us, time);
    text_append_format(&body, "{\"secret\":\"%s\",\"created_at\":\"%s\"", newest->secret, time);
    if (secrets->count > 1) {
        time_format(secrets->secrets[1].valid_until_us, time);
        text_append_format(&body, ",\"previous_valid_until\":\"%s\"", time);
    }
    text_append(&body, "}");
    struct response response = respond_text(201, TYPE_JSON, &body);
    response_set_header(&response, "Cache-Control", "no-store");
    return response;
}

static enum outcome previous_days(struct app *app, int64_t account_id, const char *name,
                                  int *days) {
    const struct survey *survey = NULL;
    if (*days != PREVIOUS_DAYS_DEFAULT) {
        return OUTCOME_OK;
    }
    enum outcome outcome = survey_cache_get(app->survey_cache, account_id, name, true, &survey);
    if (outcome == OUTCOME_OK) {
        *days = survey->expires_after_days;
        survey_cache_release(&survey);
    }
    return outcome;
}

struct response create_link_secret(struct app *app, const struct request *request) {
    struct rotation_request asked = {.previous_valid_days = PREVIOUS_DAYS_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    if (!read_fields(request->json, &table, "", &asked, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    int64_t account_id = request->principal.account_id;
    const char *survey = request_path_param(request, "survey");
    struct link_secrets secrets;
    enum outcome outcome = previous_days(app, account_id, survey, &asked.previous_valid_days);
    if (outcome == OUTCOME_OK) {
        CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
        int64_t until_us = time_now_us() + asked.previous_valid_days * US_PER_DAY;
        outcome = connection
                      ? rotate_link_secret(connection, account_id, survey, until_us, &secrets)
                      : OUTCOME_UNAVAILABLE;
        survey_cache_drop(app->survey_cache, account_id, survey);
    }
    return outcome == OUTCOME_OK ? respond_secret(&secrets) : respond_outcome(outcome, "survey");
}
