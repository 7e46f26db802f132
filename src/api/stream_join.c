/* Letting somebody listen. */
#include <stdlib.h>
#include <string.h>

#include "api/stream_hub_parts.h"
#include "app.h"
#include "base/cleanup.h"
#include "config.h"
#include "http/subscriber.h"

#define RETRY_AFTER_S "10"
#define RESUMED_WITHIN_US                                                                          \
    (INT64_C(23) * 3600 * US_PER_SECOND) /* events are kept for a day at the least */

/* ---- bounds; under the lock ---- */

static struct stream_key *find_key(struct stream_hub *hub, const struct principal *principal) {
    struct stream_key *key = hub->keys;
    while (key && (key->account_id != principal->account_id ||
                   memcmp(&key->id, &principal->key_id, sizeof key->id) != 0)) {
        key = key->next;
    }
    return key;
}

static struct stream_key *take_key(struct stream_hub *hub, const struct principal *principal) {
    struct stream_key *key = find_key(hub, principal);
    if (!key) {
        key = calloc(1, sizeof *key);
        if (!key) {
            return NULL;
        }
        key->account_id = principal->account_id;
        key->id = principal->key_id;
        key->next = hub->keys;
        hub->keys = key;
    }
    return key;
}

static struct streamed_account *take_account(struct stream_hub *hub, int64_t account_id) {
    struct streamed_account *account = hub->accounts;
    while (account && account->account_id != account_id) {
        account = account->next;
    }
    if (!account) {
        account = calloc(1, sizeof *account);
        if (!account) {
            return NULL;
        }
        account->account_id = account_id;
        account->next = hub->accounts;
        hub->accounts = account;
        hub->account_count++;
    }
    return account;
}

static bool is_full(const struct stream_hub *hub, const struct request *request,
                    struct response *refusal) {
    const struct config *config = hub->app->config;
    const struct stream_key *key = find_key((struct stream_hub *)hub, &request->principal);
    int64_t of_key = config_number(&config->stream.per_key_max);
    if (hub->closed) {
        *refusal = respond_problem(503, "unavailable", "the service is stopping; try again");
    } else if (hub->listeners >= (size_t)config->stream.subscribers_max) {
        *refusal = respond_problem(503, "too_many_streams",
                                   "as many listen as [stream] subscribers_max allows");
    } else if (of_key && key && key->listeners >= (size_t)of_key) {
        *refusal = respond_problem(503, "too_many_streams",
                                   "as many listen by this key as [stream] per_key_max allows");
    } else if (!request->on_stream_address &&
               hub->shared_listeners >= (size_t)config_number(&config->stream.shared_max)) {
        *refusal = respond_problem(503, "too_many_streams",
                                   "as many listen here as [stream] shared_max allows; an address "
                                   "in [stream] listen serves many more");
    } else {
        return false;
    }
    response_set_header(refusal, "Retry-After", RETRY_AFTER_S);
    return true;
}

static bool enlist(struct stream_hub *hub, const struct request *request,
                   struct subscription *subscription) {
    subscription->key = take_key(hub, &request->principal);
    subscription->account =
        subscription->key ? take_account(hub, request->principal.account_id) : NULL;
    if (!subscription->account) {
        return false;
    }
    subscription->hub = hub;
    subscription->shared = !request->on_stream_address;
    subscription->pushed_us = time_monotonic_us();
    subscription->next = subscription->account->first;
    subscription->account->first = subscription;
    subscription->key->listeners++;
    hub->listeners++;
    hub->shared_listeners += subscription->shared;
    return true;
}

/* ---- where it begins ---- */

/* Somebody is the first to listen to this account here: from now on its events are written down. */
static enum outcome begin_feed(struct stream_hub *hub, struct db_connection *connection,
                               struct streamed_account *account) {
    uint64_t from = 0;
    struct feed_horizon horizon;
    enum outcome outcome = keep_streamed(connection, account->account_id, STREAMED_FOR_US, &from);
    if (outcome == OUTCOME_OK) {
        outcome = await_transactions(connection, AWAIT_US_MAX);
    }
    if (outcome == OUTCOME_OK) {
        outcome = load_feed_horizon(connection, &horizon);
    }
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    pthread_mutex_lock(&hub->lock);
    if (!account->positioned) {
        account->from = from;
        account->position = (struct stream_position){feed_position_at(&horizon), time_now_us()};
        account->positioned = true;
    }
    pthread_mutex_unlock(&hub->lock);
    return OUTCOME_OK;
}

/* True when the feed holds all that happened after this. */
static bool can_resume(uint64_t from, const struct feed_horizon *horizon,
                       const struct stream_position *after) {
    return after->feed.transaction >= from && after->feed.transaction < horizon->next &&
           after->at_us > time_now_us() - RESUMED_WITHIN_US;
}

/* *from is the transaction since which its feed is whole. */
static bool is_positioned(struct stream_hub *hub, const struct streamed_account *account,
                          uint64_t *from) {
    pthread_mutex_lock(&hub->lock);
    bool positioned = account->positioned;
    *from = account->from;
    pthread_mutex_unlock(&hub->lock);
    return positioned;
}

struct beginning {
    struct stream_position position;
    bool resumes;
    bool reset;
};

static enum outcome find_beginning(struct stream_hub *hub, struct subscription *subscription,
                                   const char *last_event_id, struct beginning *beginning) {
    struct streamed_account *account = subscription->account;
    CLEANUP(db_release) struct db_connection *connection = NULL;
    struct feed_horizon horizon = {0};
    uint64_t from;
    bool positioned = is_positioned(hub, account, &from);
    enum outcome outcome = OUTCOME_OK;
    if (!positioned || last_event_id) {
        connection = db_acquire(hub->app->db);
        outcome = connection ? OUTCOME_OK : OUTCOME_UNAVAILABLE;
    }
    if (outcome == OUTCOME_OK && !positioned) {
        outcome = begin_feed(hub, connection, account);
    }
    if (outcome == OUTCOME_OK && last_event_id) {
        outcome = load_feed_horizon(connection, &horizon);
        is_positioned(hub, account, &from);
        beginning->resumes = stream_position_parse(last_event_id, &beginning->position) &&
                             can_resume(from, &horizon, &beginning->position);
        beginning->reset = !beginning->resumes;
    }
    return outcome;
}

/* Who does not resume is live at once. */
static void begin_there(struct stream_hub *hub, struct subscription *subscription,
                        struct beginning *beginning) {
    pthread_mutex_lock(&hub->lock);
    if (!beginning->resumes) {
        beginning->position = subscription->account->position;
        subscription->live = true;
    }
    subscription->position = beginning->position.feed;
    pthread_mutex_unlock(&hub->lock);
    if (beginning->reset) {
        atomic_fetch_add(&hub->resets, 1);
    }
}

/* ---- */

static void free_unlisted(struct subscription *subscription) {
    if (subscription->subscriber) {
        subscriber_drop(subscription->subscriber);
    }
    stream_filter_clear(&subscription->filter);
    free(subscription);
}

/* In the list, or NULL with the refusal. */
static struct subscription *subscribe(struct stream_hub *hub, const struct request *request,
                                      struct stream_filter *filter, struct response *refusal) {
    struct subscription *subscription = calloc(1, sizeof *subscription);
    struct subscriber *subscriber = subscription ? subscriber_new(PENDING_BYTES_MAX) : NULL;
    if (!subscriber) {
        free(subscription);
        *refusal = respond_outcome(OUTCOME_FAILED, "stream");
        return NULL;
    }
    subscription->subscriber = subscriber;
    subscription->filter = *filter;
    *filter = (struct stream_filter){.types = 0};
    pthread_mutex_lock(&hub->lock);
    bool full = is_full(hub, request, refusal);
    bool listed = !full && enlist(hub, request, subscription);
    pthread_mutex_unlock(&hub->lock);
    if (listed) {
        return subscription;
    }
    free_unlisted(subscription);
    if (full) {
        atomic_fetch_add(&hub->refusals, 1);
    } else {
        *refusal = respond_outcome(OUTCOME_FAILED, "stream");
    }
    return NULL;
}

/* The hub's thread removes it. */
static struct response leave(struct subscription *subscription, enum outcome outcome) {
    subscriber_close(subscriber_keep(subscription->subscriber));
    return respond_outcome(outcome, "stream");
}

struct response stream_hub_join(struct stream_hub *hub, const struct request *request,
                                struct stream_filter *filter, const char *last_event_id) {
    struct response refusal;
    struct subscription *subscription = subscribe(hub, request, filter, &refusal);
    if (!subscription) {
        return refusal;
    }
    struct beginning beginning = {.resumes = false};
    enum outcome outcome = find_beginning(hub, subscription, last_event_id, &beginning);
    if (outcome != OUTCOME_OK) {
        return leave(subscription, outcome);
    }
    begin_there(hub, subscription, &beginning);
    struct stream *past =
        stream_past_new(subscription, &beginning.position, beginning.resumes, beginning.reset);
    return past ? respond_events(past, subscriber_keep(subscription->subscriber))
                : leave(subscription, OUTCOME_FAILED);
}
