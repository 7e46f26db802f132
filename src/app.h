/* Everything a handler may reach, made by cli/serve.c and lent to each request. */
#ifndef APP_H
#define APP_H

struct config;
struct db;
struct intake;
struct invitation_reader;
struct key_cache;
struct mail_metrics;
struct sentiment_scorer;
struct server;
struct signing_keys;
struct stream_hub;
struct survey_cache;
struct view_log;
struct webhook_metrics;

struct app {
    const struct config *config;
    struct db *db; /* the workers' pool */
    struct intake *intake;
    struct invitation_reader *invitation_reader;
    struct server *server;
    struct key_cache *key_cache;
    struct survey_cache *survey_cache;
    struct signing_keys *signing_keys;
    struct view_log *view_log;
    struct stream_hub *stream_hub;
    const struct sentiment_scorer *sentiment;
    struct mail_metrics *mail_metrics; /* NULL: no mail server is set */
    struct webhook_metrics *webhook_metrics;
    const char *public_url; /* no trailing slash; survey links start with it */
};

#endif
