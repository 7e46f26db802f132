#include "http/parts.h"

static void append_gauge(struct text *text, const char *name, const char *help, int64_t value) {
    text_append_format(text, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name,
                       (long long)value);
}

static void append_counter(struct text *text, const char *name, const char *help, uint64_t value) {
    text_append_format(text, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", name, help, name, name,
                       (unsigned long long)value);
}

static void append_limits(const struct server *server, struct text *text) {
    static const char *const names[] = {
        [LIMIT_KEY] = "key", [LIMIT_PAGE] = "page", [LIMIT_UNKNOWN_KEY] = "unknown_key"};
    const char *name = "understood_http_limited_requests_total";
    text_append_format(text, "# HELP %s Requests refused with 429, by limit.\n# TYPE %s counter\n",
                       name, name);
    for (size_t i = 0; i < LIMITS; i++) {
        text_append_format(text, "%s{limit=\"%s\"} %lu\n", name, names[i],
                           atomic_load(&server->limited[i]));
    }
    append_counter(text, "understood_http_crowded_buckets_total",
                   "Callers that had to take over what another one owed to its limit.",
                   atomic_load(&server->crowded_buckets));
}

void server_append_metrics(const struct server *server, struct text *text) {
    struct workers_load load = workers_load(server->workers);
    traffic_append(server->traffic, text);
    append_gauge(text, "understood_http_connections", "Open connections.",
                 atomic_load(&server->connections));
    append_gauge(text, "understood_http_requests_in_flight", "Requests begun and not answered.",
                 atomic_load(&server->in_flight));
    append_gauge(text, "understood_http_requests_suspended",
                 "Requests that wait for a worker or a lane.", atomic_load(&server->suspended));
    append_gauge(text, "understood_worker_queue_length", "Requests that wait for a worker.",
                 (int64_t)load.waiting);
    append_gauge(text, "understood_workers_busy", "Workers at work.", (int64_t)load.busy);
    append_limits(server, text);
    append_counter(text, "understood_http_overloads_total",
                   "Requests refused because too many waited.", atomic_load(&server->overloads));
    append_counter(text, "understood_http_deadline_answers_total",
                   "Requests answered 503 because no answer came in time.",
                   atomic_load(&server->deadline_answers));
    append_counter(text, "understood_http_malformed_requests_total",
                   "Requests whose head never became whole.", atomic_load(&server->malformed));
    append_counter(text, "understood_access_log_dropped_lines_total",
                   "Access log lines that could not be written fast enough.",
                   access_log_dropped(server->access_log));
}
