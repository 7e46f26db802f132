/* Reads scores' sums: from the rollups where they hold them, else from the facts themselves. */
#ifndef STORE_METRICS_H
#define STORE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"
#include "domain/dimension.h"
#include "domain/score.h"
#include "store/db.h"

#define METRICS_GROUPS_MAX      1000
#define METRICS_DAYS_DEFAULT    90
#define METRICS_DAYS_MAX        3660
#define METRICS_WEEKS_DEFAULT   26
#define METRICS_WEEKS_MAX       520
#define METRICS_MONTHS_DEFAULT  12
#define METRICS_MONTHS_MAX      120
#define METRICS_HOURS_DEFAULT   336 /* 14 days */
#define METRICS_HOURS_MAX       338 /* 14 days, one of them longer, begun and ended within an hour */
#define METRICS_CHOICES_MAX     20000 /* counts in all groups together */
#define METRICS_TIME_ZONE_SIZE  65
#define METRICS_LOCAL_DATE_SIZE 16

enum metrics_interval {
    METRICS_BY_DAY,
    METRICS_BY_HOUR,
    METRICS_ALL,     /* the whole window at once: no series */
    METRICS_BY_WEEK, /* from Monday on */
    METRICS_BY_MONTH,
};

/* One end of the window as it was asked for: a local date or an instant; both NULL for the default.
 */
struct metrics_bound {
    const char *date;    /* "2026-03-29"; a last date is included */
    const char *instant; /* RFC 3339 in UTC; a last instant is not included */
};

struct metrics_query {
    int64_t account_id;
    const char *survey;
    enum metrics_interval interval;
    struct metrics_bound from;
    struct metrics_bound to;         /* never the default: "now" is the caller's to say */
    const char *filters[DIMENSIONS]; /* the value wanted, or NULL */
    bool grouped;
    enum dimension by; /* when grouped */
    bool compared;     /* with the window before */
};

/* An instant and the account's offset from UTC then. */
struct local_instant {
    int64_t time_us;
    int64_t offset_s;
};

/* A run of whole local days (METRICS_BY_HOUR: hours). */
struct metrics_span {
    char first_day[METRICS_LOCAL_DATE_SIZE];
    char last_day[METRICS_LOCAL_DATE_SIZE];
    struct local_instant from;
    struct local_instant to; /* where the last day or hour ends */
};

/* What the window is in the account's local time: every hour, day, week or month that was touched,
 * whole. */
struct metrics_window {
    char time_zone[METRICS_TIME_ZONE_SIZE];
    struct metrics_span asked;
    struct metrics_span before; /* as many points, just before */
    int64_t points;             /* hours, weeks, months or days; not positive when the window ends
                                   before it begins */
    bool has_choices;           /* anything was ever chosen in this survey */
    /* Contacts solved from this local day on may still repeat: repeat_days are not over. */
    char recent_day[METRICS_LOCAL_DATE_SIZE];
    int64_t recent_us; /* where it begins */
};

/* How many responses chose a choice of a question; of choice "", how many answered it. */
struct choice_count {
    const char *question;
    const char *choice;
    int64_t n;
};

/* By question and choice, so that choice "" begins each question; only what was chosen. */
struct choice_counts {
    const struct choice_count *list;
    size_t count;
};

struct metrics_point {
    struct local_instant start;
    struct counters counters;
};

struct metrics_group {
    char *value; /* owned */
    struct counters counters;
    struct counters before; /* when compared */
    struct choice_counts choices;
};

struct metrics {
    struct counters total;
    struct counters before; /* the total of the window before, when compared */
    struct choice_counts choices;
    struct metrics_point *series; /* owned; one for each point, also where nothing came */
    size_t series_count;
    struct metrics_group *groups; /* owned; by value */
    size_t group_count;
    bool groups_truncated;          /* only the METRICS_GROUPS_MAX with the most answers */
    bool group_choices_left_out;    /* they were more than METRICS_CHOICES_MAX */
    struct choice_count *chosen[2]; /* owned; what the lists of choices point to */
    struct arena names;             /* what those point to */
};

void metrics_clear(struct metrics *metrics);

/* Resolves the window in the account's time zone; OUTCOME_NOT_FOUND when it has no such survey. */
enum outcome load_metrics_window(struct db_connection *connection,
                                 const struct metrics_query *query, struct metrics_window *window);

/* Reads everything into *metrics, which was zeroed; the window must have been found sane. */
enum outcome load_metrics(struct db_connection *connection, const struct metrics_query *query,
                          const struct metrics_window *window, struct metrics *metrics);

#endif
