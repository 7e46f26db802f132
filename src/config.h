/* One table: every key, its type, default and help. Parses, validates and prints itself. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct text;

/* Texts are owned by the config; times end in _ms or _s, sizes in _bytes. */
struct config {
    struct {
        char *listen; /* 127.0.0.1:8080 unix:/run/understood/socket */
        int64_t socket_mode;
        char *public_url;      /* "" means http:// + listen */
        char *trusted_proxies; /* words, see http/client_address.h */
        char *cors_origins;    /* words, see http/cors.h */
        int64_t threads;       /* 0 means one per core */
        int64_t workers;
        int64_t connections_max;
        int64_t worker_queue_max;
        int64_t header_deadline_ms;
        int64_t body_deadline_ms;
        int64_t answer_deadline_ms;
        int64_t idle_timeout_ms;
        int64_t json_bytes_max;
        int64_t form_bytes_max;
        int64_t drain_delay_ms;
        int64_t drain_ms;
    } http;
    struct {
        char *url;      /* DATABASE_URL; "" means embedded */
        char *password; /* beside the url; "" means in it, or none */
        char *bindir;   /* of the embedded one's programs; "" means look for them */
        bool migrate;   /* at every start */
        int64_t connect_timeout_ms;
        int64_t acquire_timeout_ms;
        int64_t statement_timeout_ms;
        bool prepare;
    } database;
    struct {
        char *dir; /* ./data */
    } data;
    struct {
        int64_t lanes;
        int64_t batch_max;
        int64_t queue_max;
        int64_t commit_deadline_ms;
        int64_t instance;
        char *transaction; /* batch or account */
    } intake;
    struct {
        int64_t provisional_at;   /* evidence points from which a vote is held */
        int64_t view_days;        /* page views are kept */
        int64_t provisional_days; /* then discarded */
    } trust;
    struct {
        int64_t lag_s; /* after its answer a contact that nobody reported is recorded */
    } contacts;
    struct {
        int64_t keep_days; /* webhooks that came in, with their bodies */
        int64_t keep_rows; /* of each source */
    } hooks;
    struct {
        int64_t keep_days; /* what others were told, and how that went */
    } events;
    struct {
        char *allow_private; /* words, see base/ip_network.h */
        char *ca_file;       /* "" means the system's */
        int64_t timeout_ms;
        int64_t connections_max;
        int64_t host_connections_max;
    } webhooks;
    struct {
        int64_t
            cache_s; /* a revoked API key, a changed survey takes at most this long to be noticed */
    } keys;
    struct {
        int64_t key_per_minute; /* 0 means no limit */
        int64_t key_burst;      /* 0 means as many as per minute */
        int64_t page_per_minute;
        int64_t page_burst;
        int64_t unknown_key_per_minute;
    } limits;
    struct {
        char *url;  /* smtp(s)://host:port; "" means that nothing is sent */
        char *from; /* a mailbox, see clients/mailbox.h */
        char *reply_to;
        char *user;
        char *password;
        char *starttls; /* when_offered, always or never */
        char *ca_file;  /* "" means the system's */
        int64_t timeout_ms;
        int64_t per_minute; /* 0 means no limit */
    } mail;
    struct {
        char *recipients; /* see jobs/alert_recipients.h; "" means nobody */
        bool enabled;
        int64_t false_alarms_per_team_week; /* thousandths */
    } alerts;
    struct {
        char *listen; /* addresses for streams alone; "" means none */
        int64_t subscribers_max;
        int64_t shared_max;  /* on [http] listen */
        int64_t per_key_max; /* 0 means no limit */
        int64_t heartbeat_s;
    } stream;
    struct {
        char *level; /* error, info or debug */
        bool access; /* a line per request */
    } log;
};

/* The value of a number, or a switch, that SIGHUP may change while other threads read it. Texts are
 * read by the main thread alone. */
static inline int64_t config_number(const int64_t *member) {
    return __atomic_load_n(member, __ATOMIC_RELAXED);
}

static inline bool config_switch(const bool *member) {
    return __atomic_load_n(member, __ATOMIC_RELAXED);
}

/*
 * Defaults, then the file (path, or found as DESIGN 7 says when path is NULL), then the
 * environment. False, having printed file, line, key and what it should be to stderr, on the first
 * bad value.
 */
bool config_load(struct config *config, const char *path);

/* The same with the mistake appended to a text. */
bool config_read(struct config *config, const char *path, struct text *mistake);

/* A copy of its own; false when out of memory. */
bool config_copy(struct config *to, const struct config *from);

/* The defaults alone; false when out of memory. */
bool config_defaults(struct config *config);

void config_clear(struct config *config);

/* The effective configuration as an ini file; secrets masked. */
void config_print(const struct config *config, FILE *stream);

#endif
