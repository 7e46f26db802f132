/* An alert as every part of the API shows it. */
#ifndef API_ALERT_JSON_H
#define API_ALERT_JSON_H

#include <jansson.h>

#include "app.h"
#include "domain/alert.h"

/*
 * {id, team, text, status, raised_at, exceeded_at, window, frustrated, n, baseline, p, alpha,
 * responses, acknowledged_at.., resolved_at.., note, revision}; team is null for the whole account,
 * what has not happened is left out. At most 20,000 bytes, so that a webhook can carry it. NULL
 * when out of memory.
 */
json_t *alert_to_json(const struct app *app, const struct alert *alert);

#endif
