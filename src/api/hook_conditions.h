/*
 * When a webhook means something: alternatives, each a list of conditions that must all hold. A
 * condition looks at one place, {"pointer": "/ticket/status"} or {"header": "X-Event"}, and has one
 * of "equals" (a scalar), "in" (several) and "exists" (true or false). Numbers equal their digits.
 */
#ifndef API_HOOK_CONDITIONS_H
#define API_HOOK_CONDITIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/mistakes.h"
#include "base/text.h"
#include "domain/webhook_verifier.h"

#define HOOK_ALTERNATIVES_MAX 16
#define HOOK_CONDITIONS_MAX   16

/* Adds what is wrong with alternatives, at pointer. */
void hook_conditions_check(const json_t *alternatives, struct text *pointer,
                           struct mistakes *mistakes);

/* The first alternative that holds, or -1. [] never holds, [[]] always. */
int hook_conditions_which(const json_t *alternatives, const json_t *body,
                          const struct webhook_message *message);

/* The first condition of an alternative that does not hold, as it was defined; borrowed, or NULL.
 */
const json_t *hook_condition_failing(const json_t *alternative, const json_t *body,
                                     const struct webhook_message *message);

#endif
