/* What the handlers of /v1/webhooks share. */
#ifndef API_WEBHOOK_PARTS_H
#define API_WEBHOOK_PARTS_H

#include <stdbool.h>

#include "app.h"
#include "http/request.h"
#include "http/response.h"
#include "store/webhook.h"

#define WEBHOOK_RACES_MAX 5 /* with other changes, before a condition counts as failed */

/* The webhook that the request's path names. OUTCOME_NOT_FOUND also where its id is none. */
enum outcome load_named_webhook(struct db_connection *connection, const struct request *request,
                                struct webhook *webhook);

/* With its ETag; and with its secret, where it is to be shown this once. */
struct response respond_webhook(unsigned status, const struct webhook *webhook, bool with_secret);

/* True when the request's If-Match and If-None-Match allow to change it. */
bool webhook_conditions_hold(const struct request *request, const struct webhook *webhook);

/* 412, or what respond_outcome says of any other outcome. */
struct response respond_webhook_outcome(enum outcome outcome);

/* 409 webhook_inactive */
struct response respond_webhook_inactive(void);

#endif
