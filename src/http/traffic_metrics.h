/* Requests by route, method and status, and how long they took: lock-free counters. */
#ifndef HTTP_TRAFFIC_METRICS_H
#define HTTP_TRAFFIC_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "http/router.h"

struct traffic_metrics;

/* routes are lent. NULL when out of memory. */
struct traffic_metrics *traffic_metrics_new(const struct route routes[], size_t route_count);
void traffic_metrics_free(struct traffic_metrics *metrics);

/* route is NULL when none matched. */
void traffic_count(struct traffic_metrics *metrics, const struct route *route, const char *method,
                   unsigned status, int64_t duration_us);

void traffic_append(const struct traffic_metrics *metrics, struct text *text);

#endif
