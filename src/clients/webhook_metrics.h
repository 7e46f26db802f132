/* What became of deliveries to webhooks since the start, for /metrics; any thread. */
#ifndef CLIENTS_WEBHOOK_METRICS_H
#define CLIENTS_WEBHOOK_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/text.h"

#define WEBHOOK_LATENCY_BUCKETS 8

struct webhook_metrics {
    atomic_ulong delivered;
    atomic_ulong failed_attempts;
    atomic_ulong given_up;    /* all attempts failed */
    atomic_ulong gone;        /* what they were about is */
    atomic_ulong disabled;    /* webhooks, by us */
    _Atomic(int64_t) pending; /* counted now and then, in all of the database, as the next */
    _Atomic(int64_t) failing;
    atomic_ulong latencies[WEBHOOK_LATENCY_BUCKETS]; /* of attempts; the last has no bound */
    atomic_ulong latency_ms;
};

void webhook_metrics_note_latency(struct webhook_metrics *metrics, int64_t latency_ms);

/* Prometheus text; NULL: nothing is sent by this process. */
void webhook_metrics_append(struct webhook_metrics *metrics, struct text *text);

#endif
