/* The account's local time, in SQL: PostgreSQL knows the zones. */
#ifndef STORE_LOCAL_TIME_H
#define STORE_LOCAL_TIME_H

/* The local date of an instant. */
#define LOCAL_DAY(zone, instant) "timezone(" zone ", " instant ")::date"

/* The first instant of a local day. Where midnight comes twice, timezone() takes the second. */
#define DAY_START(zone, day)                                                                       \
    "(timezone(" zone ", (" day ")::timestamp) - CASE WHEN timezone(" zone ", timezone(" zone      \
    ", (" day ")::timestamp) - interval '1 hour')::date = " day                                    \
    " THEN interval '1 hour' ELSE interval '0' END)"

/* The first instant of the local hour that instant lies in. */
#define HOUR_START(zone, instant)                                                                  \
    "(" instant " - (timezone(" zone ", " instant ") - date_trunc('hour', timezone(" zone          \
    ", " instant "))))"

/* Seconds that local time is ahead of UTC at an instant. */
#define UTC_OFFSET(zone, instant)                                                                  \
    "extract(epoch FROM timezone(" zone ", " instant ") - timezone('UTC', " instant "))::bigint"

#endif
