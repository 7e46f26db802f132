#include "http/traffic_metrics.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const methods[] = {"GET",   "HEAD",   "POST",    "PUT",
                                      "PATCH", "DELETE", "OPTIONS", "other"};
static const unsigned statuses[] = {200, 201, 202, 204, 207, 303, 304, 400, 401, 403,
                                    404, 405, 406, 409, 410, 411, 412, 413, 414, 415,
                                    417, 422, 428, 429, 431, 500, 501, 503, 505, 0};
static const int64_t bounds_us[] = {500,   1000,   2500,   5000,    10000,   25000,
                                    50000, 100000, 250000, 1000000, 5000000, 10000000};
static const char *const bounds[] = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
                                     "0.05",   "0.1",   "0.25",   "1",     "5",    "10"};

struct route_traffic {
    atomic_ulong requests[COUNT(methods)][COUNT(statuses)];
    atomic_ulong within[COUNT(bounds_us) + 1]; /* not cumulative; the last is beyond all bounds */
    atomic_ulong total_us;
};

struct traffic_metrics {
    const struct route *routes;
    size_t route_count;
    struct route_traffic traffic[]; /* the last is of requests without a route */
};

struct traffic_metrics *traffic_metrics_new(const struct route routes[], size_t route_count) {
    struct traffic_metrics *metrics =
        calloc(1, sizeof *metrics + (route_count + 1) * sizeof metrics->traffic[0]);
    if (metrics) {
        metrics->routes = routes;
        metrics->route_count = route_count;
    }
    return metrics;
}

void traffic_metrics_free(struct traffic_metrics *metrics) {
    free(metrics);
}

static size_t method_number(const char *method) {
    size_t number = 0;
    while (number < COUNT(methods) - 1 && strcmp(methods[number], method) != 0) {
        number++;
    }
    return number;
}

static size_t status_number(unsigned status) {
    size_t number = 0;
    while (number < COUNT(statuses) - 1 && statuses[number] != status) {
        number++;
    }
    return number;
}

static size_t bound_number(int64_t duration_us) {
    size_t number = 0;
    while (number < COUNT(bounds_us) && duration_us > bounds_us[number]) {
        number++;
    }
    return number;
}

static void count(atomic_ulong *counter, uint64_t amount) {
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

void traffic_count(struct traffic_metrics *metrics, const struct route *route, const char *method,
                   unsigned status, int64_t duration_us) {
    size_t number = route ? (size_t)(route - metrics->routes) : metrics->route_count;
    struct route_traffic *traffic = &metrics->traffic[number];
    count(&traffic->requests[method_number(method)][status_number(status)], 1);
    count(&traffic->within[bound_number(duration_us)], 1);
    count(&traffic->total_us, (uint64_t)duration_us);
}

static const char *route_name(const struct traffic_metrics *metrics, size_t number) {
    return number < metrics->route_count ? metrics->routes[number].path : "unmatched";
}

static const char *route_method(const struct traffic_metrics *metrics, size_t number) {
    return number < metrics->route_count ? metrics->routes[number].method : "other";
}

static void append_requests(const struct traffic_metrics *metrics, size_t route, size_t method,
                            struct text *text) {
    for (size_t status = 0; status < COUNT(statuses); status++) {
        unsigned long requests = atomic_load_explicit(
            &metrics->traffic[route].requests[method][status], memory_order_relaxed);
        if (requests) {
            text_append_format(text,
                               "understood_http_requests_total{route=\"%s\",method=\"%s\","
                               "status=\"%u\"} %lu\n",
                               route_name(metrics, route), methods[method], statuses[status],
                               requests);
        }
    }
}

static void append_bucket(const struct traffic_metrics *metrics, size_t route, const char *bound,
                          unsigned long requests, struct text *text) {
    text_append_format(text,
                       "understood_http_request_duration_seconds_bucket{route=\"%s\","
                       "method=\"%s\",le=\"%s\"} %lu\n",
                       route_name(metrics, route), route_method(metrics, route), bound, requests);
}

static void append_durations(const struct traffic_metrics *metrics, size_t route,
                             struct text *text) {
    const struct route_traffic *traffic = &metrics->traffic[route];
    unsigned long requests[COUNT(bounds_us) + 1];
    unsigned long total = 0;
    for (size_t i = 0; i <= COUNT(bounds_us); i++) {
        total += atomic_load_explicit(&traffic->within[i], memory_order_relaxed);
        requests[i] = total;
    }
    if (total == 0) {
        return;
    }
    for (size_t i = 0; i < COUNT(bounds_us); i++) {
        append_bucket(metrics, route, bounds[i], requests[i], text);
    }
    append_bucket(metrics, route, "+Inf", total, text);
    double seconds = (double)atomic_load(&traffic->total_us) / 1e6;
    const char *name = route_name(metrics, route);
    const char *method = route_method(metrics, route);
    text_append_format(text,
                       "understood_http_request_duration_seconds_sum{route=\"%s\",method=\"%s\"} "
                       "%.6f\n"
                       "understood_http_request_duration_seconds_count{route=\"%s\",method=\"%s\"} "
                       "%lu\n",
                       name, method, seconds, name, method, total);
}

void traffic_append(const struct traffic_metrics *metrics, struct text *text) {
    text_append(text, "# HELP understood_http_requests_total Requests answered.\n"
                      "# TYPE understood_http_requests_total counter\n");
    for (size_t route = 0; route <= metrics->route_count; route++) {
        for (size_t method = 0; method < COUNT(methods); method++) {
            append_requests(metrics, route, method, text);
        }
    }
    text_append(text, "# HELP understood_http_request_duration_seconds From the request line to "
                      "the end of the answer.\n"
                      "# TYPE understood_http_request_duration_seconds histogram\n");
    for (size_t route = 0; route <= metrics->route_count; route++) {
        append_durations(metrics, route, text);
    }
}
