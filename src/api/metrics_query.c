#include "api/metrics_query.h"

#include <stddef.h>
#include <string.h>

#include "api/fields.h"
#include "base/array.h"

#define DATE_LENGTH 10
#define TIME_FIRST  INT64_C(0)
#define TIME_END    (INT64_C(32503680000) * US_PER_SECOND)

static const struct choice intervals[] = {{"day", METRICS_BY_DAY},   {"hour", METRICS_BY_HOUR},
                                          {"week", METRICS_BY_WEEK}, {"month", METRICS_BY_MONTH},
                                          {"all", METRICS_ALL},      {NULL, 0}};

static const struct choice comparisons[] = {{"previous", true}, {NULL, 0}};

static const struct choice dimensions[] = {{"agent", DIMENSION_AGENT},
                                           {"team", DIMENSION_TEAM},
                                           {"channel", DIMENSION_CHANNEL},
                                           {"reason", DIMENSION_REASON},
                                           {"language", DIMENSION_LANGUAGE},
                                           {"source", DIMENSION_SOURCE},
                                           {NULL, 0}};

#define TARGET(member) offsetof(struct metrics_request, member)
#define FILTER(word, dimension)                                                                    \
    {                                                                                              \
        .name = (word), .kind = FIELD_NAME, .offset = TARGET(filters[(dimension)]), .min = 1,      \
        .max = DIMENSION_BYTES_MAX                                                                 \
    }

static const struct field fields[] = {
    {.name = "survey",
     .kind = FIELD_NAME,
     .required = true,
     .offset = TARGET(survey),
     .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
    {.name = "from", .kind = FIELD_NAME, .offset = TARGET(from.given), .max = BOUND_TEXT_MAX},
    {.name = "to", .kind = FIELD_NAME, .offset = TARGET(to.given), .max = BOUND_TEXT_MAX},
    {.name = "interval", .kind = FIELD_CHOICE, .offset = TARGET(interval), .choices = intervals},
    {.name = "compare", .kind = FIELD_CHOICE, .offset = TARGET(compare), .choices = comparisons},
    {.name = "by", .kind = FIELD_CHOICE, .offset = TARGET(by), .choices = dimensions},
    FILTER("agent", DIMENSION_AGENT),
    FILTER("team", DIMENSION_TEAM),
    FILTER("channel", DIMENSION_CHANNEL),
    FILTER("reason", DIMENSION_REASON),
    FILTER("language", DIMENSION_LANGUAGE),
    FILTER("source", DIMENSION_SOURCE),
};
static const struct field_table table = FIELD_TABLE(fields);

/* False, with the mistake noted, unless text is a date or an instant of these centuries. */
static bool read_bound(const char *name, struct metrics_bound_text *text,
                       struct metrics_bound *bound, struct mistakes *mistakes) {
    if (!*text->given) {
        return true;
    }
    if (!time_parse(text->given, &text->time_us)) {
        mistakes_add(mistakes, name,
                     "expected a date (2026-11-23) or an RFC 3339 time (2026-11-23T10:00:00Z)");
        return false;
    }
    if (text->time_us < TIME_FIRST || text->time_us >= TIME_END) {
        mistakes_add(mistakes, name, "expected a time from 1970 to 2999");
        return false;
    }
    time_format(text->time_us, text->utc);
    if (strlen(text->given) == DATE_LENGTH) {
        bound->date = text->given;
    } else {
        bound->instant = text->utc;
    }
    return true;
}

/* Up to and including now: the end itself is not included. */
static void default_to_now(struct metrics_request *asked) {
    asked->to.time_us = time_now_us() + 1;
    time_format(asked->to.time_us, asked->to.utc);
    asked->query.to.instant = asked->to.utc;
}

bool read_metrics_request(const struct request *request, struct metrics_request *asked,
                          struct mistakes *mistakes) {
    *asked = (struct metrics_request){.by = DIMENSIONS};
    bool good = read_query(request, &table, asked, mistakes);
    struct metrics_query *query = &asked->query;
    good &= read_bound("from", &asked->from, &query->from, mistakes);
    good &= read_bound("to", &asked->to, &query->to, mistakes);
    if (!*asked->to.given) {
        default_to_now(asked);
    }
    query->account_id = request->principal.account_id;
    query->survey = asked->survey;
    query->interval = (enum metrics_interval)asked->interval;
    query->compared = asked->compare;
    query->grouped = asked->by != DIMENSIONS;
    query->by = query->grouped ? (enum dimension)asked->by : DIMENSION_AGENT;
    for (int i = 0; i < DIMENSIONS; i++) {
        query->filters[i] = *asked->filters[i] ? asked->filters[i] : NULL;
    }
    return good;
}

static bool ends_before_it_begins(const struct metrics_request *asked,
                                  const struct metrics_window *window) {
    bool both_instants = asked->query.from.instant && asked->query.to.instant;
    return window->points <= 0 || (both_instants && asked->from.time_us >= asked->to.time_us);
}

/* METRICS_ALL has no points to be too many. */
static void object_to_length(const struct metrics_request *asked, int64_t points,
                             struct mistakes *mistakes) {
    static const struct {
        const char *word;
        int64_t max;
    } longest[] = {
        [METRICS_BY_DAY] = {"day", METRICS_DAYS_MAX},
        [METRICS_ALL] = {NULL, INT64_MAX},
        [METRICS_BY_WEEK] = {"week", METRICS_WEEKS_MAX},
        [METRICS_BY_MONTH] = {"month", METRICS_MONTHS_MAX},
    };
    enum metrics_interval interval = asked->query.interval;
    if (interval == METRICS_BY_HOUR) {
        if (points > METRICS_HOURS_MAX) {
            mistakes_add(mistakes, "interval",
                         "hour is for 14 days at most; from and to span more");
        }
    } else if (points > longest[interval].max) {
        const char *word = longest[interval].word;
        mistakes_add(mistakes, "interval", "%s is for %d %ss at most; from and to span more", word,
                     (int)longest[interval].max, word);
    }
}

bool check_metrics_window(const struct metrics_request *asked, const struct metrics_window *window,
                          struct mistakes *mistakes) {
    mistakes->in_query = true;
    if (ends_before_it_begins(asked, window)) {
        mistakes_add(mistakes, "from", "must be before to (which is now, when it is not given)");
        return false;
    }
    object_to_length(asked, window->points, mistakes);
    if (asked->query.compared && window->before.from.time_us < TIME_FIRST) {
        mistakes_add(mistakes, "compare",
                     "the window before this one would begin before 1970; ask for a shorter one");
    }
    return mistakes_none(mistakes);
}
