/* Instants are int64_t microseconds since 1970-01-01T00:00:00Z (`_us`); TIME_NONE means "not
 * known". */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_NONE      INT64_MIN
#define TIME_TEXT_SIZE 32 /* "2026-11-23T10:00:00.123456Z" and the NUL, with room */

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY    (INT64_C(86400) * US_PER_SECOND)

/* Wall clock. */
int64_t time_now_us(void);

/* Never steps back; only differences mean anything. For deadlines and durations. */
int64_t time_monotonic_us(void);

/* RFC 3339 in UTC, with microseconds only where there are any; PostgreSQL reads it as timestamptz.
 */
void time_format(int64_t time_us, char text[TIME_TEXT_SIZE]);

/* RFC 3339 with an offset or Z (years 1900-9999), or a whole date (midnight UTC). */
bool time_parse(const char *text, int64_t *time_us);

#endif
