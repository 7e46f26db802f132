/* A webhook that was read becomes a report, and what came of it. */
#ifndef API_HOOK_SETTLING_H
#define API_HOOK_SETTLING_H

#include <jansson.h>
#include <stdbool.h>

#include "api/hook_reading.h"
#include "app.h"
#include "base/outcome.h"
#include "domain/hook_delivery.h"
#include "store/db.h"

struct hook_result {
    enum delivery_outcome outcome;
    json_t *detail; /* owned {"event", "reason", "survey", "invitation", "eligible_at", "due_at"} */
};

void hook_result_clear(struct hook_result *result);

/* The survey of hook's source, lent until survey_cache_release; *survey is NULL when it asks
 * nothing, or when its survey is gone, which a step says: the contact counts all the same. Holds no
 * connection, and may block. */
enum outcome hook_find_survey(struct app *app, struct hook *hook, const struct survey **survey);

/* Reports the contact, which hook gives away, in the caller's transaction. */
enum outcome hook_settle(struct db_connection *connection, struct hook *hook,
                         const struct survey *survey, struct hook_result *result);

#endif
