#include "clients/webhook_metrics.h"

#include <inttypes.h>

static const struct {
    int64_t ms;
    const char *seconds;
} bounds[WEBHOOK_LATENCY_BUCKETS - 1] = {
    {10, "0.01"}, {50, "0.05"}, {100, "0.1"}, {500, "0.5"}, {1000, "1"}, {5000, "5"}, {15000, "15"},
};

void webhook_metrics_note_latency(struct webhook_metrics *metrics, int64_t latency_ms) {
    size_t bucket = 0;
    while (bucket < WEBHOOK_LATENCY_BUCKETS - 1 && latency_ms > bounds[bucket].ms) {
        bucket++;
    }
    atomic_fetch_add(&metrics->latencies[bucket], 1);
    atomic_fetch_add(&metrics->latency_ms, (unsigned long)latency_ms);
}

#define HEAD(name, help, type) "# HELP " name " " help "\n# TYPE " name " " type "\n"

static void append_latencies(struct webhook_metrics *metrics, struct text *text) {
    unsigned long count = 0;
    text_append(text, HEAD("understood_webhook_attempt_seconds",
                           "How long attempts to tell webhooks took.", "histogram"));
    for (size_t i = 0; i < WEBHOOK_LATENCY_BUCKETS; i++) {
        count += atomic_load(&metrics->latencies[i]);
        text_append_format(text, "understood_webhook_attempt_seconds_bucket{le=\"%s\"} %lu\n",
                           i < WEBHOOK_LATENCY_BUCKETS - 1 ? bounds[i].seconds : "+Inf", count);
    }
    text_append(text, "understood_webhook_attempt_seconds_sum ");
    text_append_decimal(text, (double)atomic_load(&metrics->latency_ms) / 1000);
    text_append_format(text, "\nunderstood_webhook_attempt_seconds_count %lu\n", count);
}

static void append_outcomes(struct webhook_metrics *metrics, struct text *text) {
    const struct {
        const char *outcome;
        atomic_ulong *count;
    } outcomes[] = {
        {"delivered", &metrics->delivered},
        {"failed", &metrics->given_up},
        {"gone", &metrics->gone},
    };
    text_append(text, HEAD("understood_webhook_deliveries_total",
                           "Deliveries to webhooks that have ended, by outcome.", "counter"));
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        text_append_format(text, "understood_webhook_deliveries_total{outcome=\"%s\"} %lu\n",
                           outcomes[i].outcome, atomic_load(outcomes[i].count));
    }
}

void webhook_metrics_append(struct webhook_metrics *metrics, struct text *text) {
    if (!metrics) {
        return;
    }
    append_outcomes(metrics, text);
    text_append_format(text,
                       HEAD("understood_webhook_failed_attempts_total",
                            "Attempts to tell webhooks that failed.",
                            "counter") "understood_webhook_failed_attempts_total %lu\n",
                       atomic_load(&metrics->failed_attempts));
    text_append_format(text,
                       HEAD("understood_webhooks_disabled_total",
                            "Webhooks that were disabled after long failure.",
                            "counter") "understood_webhooks_disabled_total %lu\n",
                       atomic_load(&metrics->disabled));
    text_append_format(text,
                       HEAD("understood_webhook_deliveries_pending",
                            "Deliveries under way in all of the database, counted now and then.",
                            "gauge") "understood_webhook_deliveries_pending %" PRId64 "\n",
                       atomic_load(&metrics->pending));
    text_append_format(text,
                       HEAD("understood_webhooks_failing",
                            "Active webhooks whose last attempt failed, counted now and then.",
                            "gauge") "understood_webhooks_failing %" PRId64 "\n",
                       atomic_load(&metrics->failing));
    append_latencies(metrics, text);
}
