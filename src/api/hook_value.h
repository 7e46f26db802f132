/* What stands in a webhook's body as a value of ours: scalars as texts, and times. */
#ifndef API_HOOK_VALUE_H
#define API_HOOK_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* True for a text, a number, true or false. */
bool hook_is_scalar(const json_t *value);

/* True when there is something to take: neither nothing, null nor a blank text. */
bool hook_is_there(const json_t *value);

/* A scalar as a text for people and comparisons: 4711, 4711.0 and "4711" are "4711"; without
 * control characters and blanks around it. Owned by the caller; NULL when out of memory. */
char *hook_text(const json_t *scalar);

/* True when both, scalars, are the same text. */
bool hook_equal(const json_t *one, const json_t *other);

/*
 * Unix seconds or, from 10^11 on, milliseconds, as a number or as digits; or RFC 3339, also as
 * helpdesks write it: without seconds, with +0100, " UTC", or a blank for the T.
 */
bool hook_time(const json_t *scalar, int64_t *time_us);

#endif
