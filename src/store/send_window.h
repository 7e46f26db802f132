/* When mail may go: a survey's window by the account's clock, in SQL, where the zones are known. */
#ifndef STORE_SEND_WINDOW_H
#define STORE_SEND_WINDOW_H

#include <stdint.h>

#include "base/outcome.h"
#include "domain/invite_rules.h"
#include "store/db.h"

#define WINDOW_HAS_DAY(day) "(weekdays >> (extract(isodow FROM " day ")::int - 1)) & 1 = 1"

#define WINDOW_IS_OPEN                                                                             \
    WINDOW_HAS_DAY("local")                                                                        \
    " AND extract(epoch FROM local::time) >= from_minute * 60"                                     \
    " AND extract(epoch FROM local::time) < to_minute * 60"

/* The first instant at which the clock shows what is wanted, or more where it skips that. taken is
 * timezone()'s, which takes the second of two, and goes on from a skipped time as if it were there.
 */
#define WINDOW_OPENING                                                                             \
    "CASE WHEN timezone(zone, taken - interval '1 hour') = wanted THEN taken - interval '1 hour'"  \
    " WHEN timezone(zone, taken) <> wanted THEN taken - (wanted - date_trunc('hour', wanted))"     \
    " ELSE taken END"

#define WINDOW_CLOSES_AFTER(instant)                                                               \
    "extract(epoch FROM timezone(zone, " instant ")::time) < to_minute * 60"

/* For FROM, behind LATERAL: one row, of one column send_at: the first instant from at on that lies
 * in the window. All are expressions: a zone's name, a timestamptz, two minutes of the day, and
 * weekdays as in struct send_window. */
/* clang-format off */
#define SEND_TIME(zone, at, from_minute, to_minute, weekdays)                                      \
    "(SELECT CASE WHEN " WINDOW_IS_OPEN " THEN at ELSE (SELECT min(opens)"                         \
    " FROM generate_series(0, 8) AS n,"                                                            \
    " LATERAL (SELECT local::date + n + make_interval(mins => from_minute) AS wanted) AS days,"    \
    " LATERAL (SELECT timezone(zone, wanted) AS taken) AS times,"                                  \
    " LATERAL (VALUES (" WINDOW_OPENING "), (taken)) AS openings (opens)"                          \
    " WHERE " WINDOW_HAS_DAY("wanted") " AND opens > at AND " WINDOW_CLOSES_AFTER("opens")         \
    ") END AS send_at FROM (SELECT *, timezone(zone, at) AS local FROM"                            \
    " (SELECT " zone " AS zone, " at " AS at, " from_minute " AS from_minute, "                    \
    to_minute " AS to_minute, " weekdays " AS weekdays) AS given) AS clocked)"
/* clang-format on */

/* The same for one; OUTCOME_NOT_FOUND without that account. */
enum outcome find_send_time(struct db_connection *connection, int64_t account_id,
                            const struct send_window *window, int64_t at_us, int64_t *send_at_us);

#endif
