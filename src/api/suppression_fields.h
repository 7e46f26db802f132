/* A body of POST /v1/suppressions becomes a suppression. */
#ifndef API_SUPPRESSION_FIELDS_H
#define API_SUPPRESSION_FIELDS_H

#include "api/fields.h"
#include "domain/suppression.h"

/* Reads {email, reason, note} into suppression, which the caller clears either way; its reason is
 * SUPPRESSION_MANUAL unless given, its time now_us. False when there are mistakes. */
bool read_suppression(const json_t *json, const char *pointer, int64_t now_us,
                      struct suppression *suppression, struct mistakes *mistakes);

/* The same for one of the past, as the list gives it: with created_at; id and invitation are passed
 * over. */
bool read_past_suppression(const json_t *json, const char *pointer, int64_t now_us,
                           struct suppression *suppression, struct mistakes *mistakes);

#endif
