/* The hub's life: its thread, heartbeats, and who has gone. */
#include "api/stream_hub.h"

#include <stdlib.h>
#include <time.h>

#include "api/stream_event.h"
#include "api/stream_hub_parts.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "config.h"
#include "store/api_key.h"

#define SWEEP_EVERY_US US_PER_SECOND

void subscription_push(struct subscription *subscription, const struct text *text, int64_t now_us) {
    subscription->pushed_us = now_us;
    subscriber_push(subscription->subscriber, text->bytes, text->length);
}

/* ---- who has gone ---- */

static void subscription_free(struct subscription *subscription) {
    struct stream_hub *hub = subscription->hub;
    hub->listeners--;
    hub->shared_listeners -= subscription->shared;
    subscription->key->listeners--;
    subscriber_drop(subscription->subscriber);
    stream_filter_clear(&subscription->filter);
    free(subscription);
}

static void remove_the_gone(struct streamed_account *account) {
    struct subscription **link = &account->first;
    while (*link) {
        struct subscription *subscription = *link;
        if (subscriber_is_over(subscription->subscriber) &&
            !atomic_load(&subscription->telling_past)) {
            *link = subscription->next;
            subscription_free(subscription);
        } else {
            link = &subscription->next;
        }
    }
}

static void remove_unused_keys(struct stream_hub *hub) {
    struct stream_key **link = &hub->keys;
    while (*link) {
        struct stream_key *key = *link;
        if (key->listeners == 0) {
            *link = key->next;
            free(key);
        } else {
            link = &key->next;
        }
    }
}

static void send_heartbeats(struct stream_hub *hub, struct streamed_account *account,
                            int64_t now_us) {
    CLEANUP(text_clear) struct text text = {0};
    stream_append_heartbeat(&text, &account->position);
    if (text.failed) {
        return;
    }
    int64_t every_us = config_number(&hub->app->config->stream.heartbeat_s) * US_PER_SECOND;
    for (struct subscription *each = account->first; each; each = each->next) {
        if (each->live && now_us - each->pushed_us >= every_us) {
            subscription_push(each, &text, now_us);
        }
    }
}

/* Now and then, under the lock. */
static void sweep(struct stream_hub *hub, int64_t now_us) {
    struct streamed_account **link = &hub->accounts;
    while (*link) {
        struct streamed_account *account = *link;
        remove_the_gone(account);
        send_heartbeats(hub, account, now_us);
        if (account->first) {
            link = &account->next;
        } else {
            *link = account->next;
            hub->account_count--;
            hub_forget_changes(account);
            free(account);
        }
    }
    remove_unused_keys(hub);
}

static void end_those_of(struct streamed_account *account, bool only_revoked) {
    for (struct subscription *each = account->first; each; each = each->next) {
        if (!only_revoked || each->key->revoked) {
            subscriber_end(each->subscriber);
        }
    }
}

static void end_all(struct stream_hub *hub, bool only_revoked) {
    for (struct streamed_account *account = hub->accounts; account; account = account->next) {
        end_those_of(account, only_revoked);
    }
}

/* ---- revoked keys ---- */

/* Which are in use; keys are removed by this thread alone. */
static struct key_standing *list_keys(struct stream_hub *hub, struct stream_key ***keys,
                                      size_t *count) {
    size_t all = 0;
    *count = 0;
    pthread_mutex_lock(&hub->lock);
    for (struct stream_key *key = hub->keys; key; key = key->next) {
        all++;
    }
    struct key_standing *standings = calloc(all + 1, sizeof *standings);
    *keys = calloc(all + 1, sizeof(struct stream_key *));
    for (struct stream_key *key = hub->keys; standings && *keys && key; key = key->next) {
        (*keys)[*count] = key;
        standings[(*count)++] = (struct key_standing){key->account_id, key->id, false};
    }
    pthread_mutex_unlock(&hub->lock);
    return standings;
}

static enum outcome ask_for_revoked(struct stream_hub *hub, struct db_connection *connection) {
    struct stream_key **keys;
    size_t count;
    struct key_standing *standings = list_keys(hub, &keys, &count);
    enum outcome outcome =
        count > 0 ? load_key_standings(connection, standings, count) : OUTCOME_OK;
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++) {
        keys[i]->revoked = standings[i].revoked;
    }
    free(standings);
    free((void *)keys);
    return outcome;
}

static enum outcome end_revoked(struct stream_hub *hub, struct db_connection *connection) {
    enum outcome outcome = ask_for_revoked(hub, connection);
    pthread_mutex_lock(&hub->lock);
    end_all(hub, true);
    pthread_mutex_unlock(&hub->lock);
    return outcome;
}

/* ---- its turns ---- */

/* What is due now; *due_us moves on when it succeeds. */
static enum outcome run_when_due(struct stream_hub *hub, struct db_connection *connection,
                                 int64_t *due_us, int64_t every_us,
                                 enum outcome (*act)(struct stream_hub *, struct db_connection *)) {
    int64_t now_us = time_monotonic_us();
    if (now_us < *due_us) {
        return OUTCOME_OK;
    }
    enum outcome outcome = act(hub, connection);
    if (outcome == OUTCOME_OK) {
        *due_us = now_us + every_us;
    }
    return outcome;
}

/* Each of its duties, also when another fails: what one account cannot have is no other's loss. */
static bool serve(struct stream_hub *hub, struct db_connection *connection) {
    int64_t noticed_within_us = config_number(&hub->app->config->keys.cache_s) * US_PER_SECOND;
    bool done = run_when_due(hub, connection, &hub->keys_due_us, noticed_within_us, end_revoked) ==
                OUTCOME_OK;
    done = run_when_due(hub, connection, &hub->renew_due_us, RENEWED_EVERY_US, hub_keep_streamed) ==
               OUTCOME_OK &&
           done;
    done = hub_read_feeds(hub, connection) == OUTCOME_OK && done;
    done = hub_tell_scores(hub, connection) == OUTCOME_OK && done;
    return done;
}

/* With nobody listening the database is not asked. */
static void take_turn(struct stream_hub *hub) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&hub->lock);
    if (now_us >= hub->sweep_due_us) {
        hub->sweep_due_us = now_us + SWEEP_EVERY_US;
        sweep(hub, now_us);
    }
    bool needed = hub->accounts != NULL;
    pthread_mutex_unlock(&hub->lock);
    if (!needed) {
        return;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(hub->app->db);
    bool away = !connection || !serve(hub, connection);
    if (away != hub->away) {
        hub->away = away;
        hub->renew_due_us = away ? 0 : hub->renew_due_us; /* who knows how long it was away */
        log_info(away ? "live streams wait: their feed cannot be read"
                      : "live streams go on: their feed can be read again");
    }
}

/* False when it is time to stop. */
static bool rest(struct stream_hub *hub) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t end_us = until.tv_sec * US_PER_SECOND + until.tv_nsec / 1000 + hub->rest_us;
    until.tv_sec = end_us / US_PER_SECOND;
    until.tv_nsec = end_us % US_PER_SECOND * 1000;
    int waited = 0;
    pthread_mutex_lock(&hub->lock);
    while (!hub->closed && waited == 0) {
        waited = pthread_cond_timedwait(&hub->stop, &hub->lock, &until);
    }
    bool go_on = !hub->closed;
    pthread_mutex_unlock(&hub->lock);
    return go_on;
}

static void *run(void *context) {
    struct stream_hub *hub = context;
    while (rest(hub)) {
        take_turn(hub);
    }
    return NULL;
}

static void hub_destroy(struct stream_hub *hub) {
    pthread_cond_destroy(&hub->stop);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

struct stream_hub *stream_hub_start(struct app *app) {
    struct stream_hub *hub = calloc(1, sizeof *hub);
    if (!hub) {
        return NULL;
    }
    hub->app = app;
    hub->renew_due_us = time_monotonic_us() + RENEWED_EVERY_US;
    hub->rest_us = REST_US_MIN;
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&hub->thread, NULL, run, hub) != 0) {
        log_error("could not start the thread of live streams");
        hub_destroy(hub);
        return NULL;
    }
    return hub;
}

void stream_hub_close(struct stream_hub *hub) {
    pthread_mutex_lock(&hub->lock);
    hub->closed = true;
    pthread_cond_signal(&hub->stop);
    end_all(hub, false);
    pthread_mutex_unlock(&hub->lock);
    pthread_join(hub->thread, NULL);
}

void stream_hub_free(struct stream_hub *hub) {
    sweep(hub, 0);
    hub_destroy(hub);
}

void stream_hub_append_metrics(struct stream_hub *hub, struct text *text) {
    pthread_mutex_lock(&hub->lock);
    size_t listeners = hub->listeners;
    pthread_mutex_unlock(&hub->lock);
    text_append_format(text,
                       "# HELP understood_stream_listeners Open live streams.\n"
                       "# TYPE understood_stream_listeners gauge\n"
                       "understood_stream_listeners %zu\n"
                       "# HELP understood_stream_events_total Events read for live streams.\n"
                       "# TYPE understood_stream_events_total counter\n"
                       "understood_stream_events_total %lu\n"
                       "# HELP understood_stream_deliveries_total Events given to a listener.\n"
                       "# TYPE understood_stream_deliveries_total counter\n"
                       "understood_stream_deliveries_total %lu\n"
                       "# HELP understood_stream_resets_total Listeners who had to reload.\n"
                       "# TYPE understood_stream_resets_total counter\n"
                       "understood_stream_resets_total %lu\n"
                       "# HELP understood_stream_refusals_total Listeners refused: too many.\n"
                       "# TYPE understood_stream_refusals_total counter\n"
                       "understood_stream_refusals_total %lu\n",
                       listeners, atomic_load(&hub->events), atomic_load(&hub->deliveries),
                       atomic_load(&hub->resets), atomic_load(&hub->refusals));
}
