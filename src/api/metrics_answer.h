/* What GET /v1/metrics tells, worked out once for all formats: scores marked, changes, fair rates.
 */
#ifndef API_METRICS_ANSWER_H
#define API_METRICS_ANSWER_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/change.h"
#include "domain/score.h"
#include "domain/shrinkage.h"
#include "store/metrics.h"

struct metrics_answer {
    const struct metrics_query *query; /* these three are lent */
    const struct metrics_window *window;
    const struct metrics *metrics;
    bool filtered; /* by a dimension: scores are marked when few answers are left */
    struct score total;
    struct score before; /* when compared; and how it became the total */
    struct change change;
    struct score *groups;                 /* owned; as metrics->groups, marked */
    struct change *changes;               /* owned; of the groups, when compared */
    struct population populations[RATES]; /* of all groups, withheld ones too, when grouped */
};

/* False when out of memory. Either way clear it. */
bool metrics_answer_make(struct metrics_answer *answer, const struct metrics_query *query,
                         const struct metrics_window *window, const struct metrics *metrics);
void metrics_answer_clear(struct metrics_answer *answer);

/* Of a point of the series. */
struct score metrics_point_score(const struct metrics_answer *answer, size_t point);

/* Whether the mean of what groups have in common may be seen: it gives a withheld total away. */
bool metrics_mean_is_told(const struct metrics_answer *answer, enum rate rate);

/* False when there is nothing to tell: the group is withheld, or nobody answered the question. */
bool metrics_fair_rate(const struct metrics_answer *answer, size_t group, enum rate rate,
                       struct fair_rate *fair);

/* RFC 3339 with the account's offset: 2026-03-29T00:00:00+01:00. */
void append_local_instant(struct text *text, const struct local_instant *instant);

#endif
