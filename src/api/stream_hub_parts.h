/* What the files of the hub share and nobody else sees. */
#ifndef API_STREAM_HUB_PARTS_H
#define API_STREAM_HUB_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/stream_filter.h"
#include "api/stream_hub.h"
#include "api/stream_position.h"
#include "base/time.h"
#include "http/response.h"
#include "http/subscriber.h"
#include "store/streamed_account.h"

#define PENDING_BYTES_MAX (256U << 10) /* of one listener that does not read */
#define STREAMED_FOR_US   (3600 * US_PER_SECOND)
#define RENEWED_EVERY_US  (600 * US_PER_SECOND)
#define REST_US_MIN       (US_PER_SECOND / 4) /* between two looks */
#define AWAIT_US_MAX      US_PER_SECOND       /* for transactions that know of no listener */
#define CHANGES_MAX       64 /* teams of surveys whose scores are to be told anew, of one account */

/* An API key by which somebody listens. */
struct stream_key {
    struct stream_key *next;
    int64_t account_id;
    struct uuid id;
    size_t listeners;
    bool revoked;
};

/* One listener. It stays in the list until nobody listens and nothing is told of the past. */
struct subscription {
    struct subscription *next;
    struct stream_hub *hub;
    struct streamed_account *account;
    struct stream_key *key;
    struct subscriber *subscriber; /* one reference */
    struct stream_filter filter;
    bool shared; /* on an address that serves other requests too */
    bool live;   /* is pushed what comes; before, it is still told of the past */
    atomic_bool telling_past;
    struct feed_position position; /* what lies up to here it knows, or does not want to */
    int64_t pushed_us;             /* monotonic */
};

/* A team's answers to a survey changed, so did their scores. */
struct stream_change {
    char *survey; /* owned */
    char *team;   /* owned; NULL: of none */
};

/* An account that somebody listens to. */
struct streamed_account {
    struct streamed_account *next;
    struct subscription *first;
    int64_t account_id;
    bool positioned;                 /* what is below is known */
    uint64_t from;                   /* the transaction since which the feed is whole */
    struct stream_position position; /* what lies up to here was pushed */
    struct stream_change changes[CHANGES_MAX];
    size_t change_count;
    int64_t scores_due_us; /* monotonic */
};

struct stream_hub {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below; taken before a subscriber's. Accounts and listeners are
                             removed by the thread alone */
    pthread_cond_t stop;
    bool closed;
    bool away; /* the database is; it was logged */
    struct streamed_account *accounts;
    struct stream_key *keys;
    size_t account_count;
    size_t listeners;
    size_t shared_listeners;
    int64_t rest_us;
    int64_t renew_due_us;
    int64_t keys_due_us;
    int64_t sweep_due_us;
    atomic_ulong events;     /* pushed, to however many */
    atomic_ulong deliveries; /* to each */
    atomic_ulong resets;
    atomic_ulong refusals;
};

/* ---- stream_hub.c ---- */

/* Under the lock: pushes to one listener. */
void subscription_push(struct subscription *subscription, const struct text *text, int64_t now_us);

/* ---- stream_feed.c, on the hub's thread ---- */

/* Reads what is new for everybody, and pushes it. An account whose feed cannot be read holds up no
 * other. */
enum outcome hub_read_feeds(struct stream_hub *hub, struct db_connection *connection);

/* Has the events of all accounts that somebody listens to written down for another hour. */
enum outcome hub_keep_streamed(struct stream_hub *hub, struct db_connection *connection);

/* ---- stream_scores.c, on the hub's thread ---- */

/* Under the lock: the scores of what this is about have changed. */
void hub_note_change(struct streamed_account *account, const struct stream_subject *subject);
void hub_forget_changes(struct streamed_account *account);

/* Works out the scores that changed and are due, and pushes them. */
enum outcome hub_tell_scores(struct stream_hub *hub, struct db_connection *connection);

/* ---- stream_past.c ---- */

/*
 * What a listener is told first, from begin on; NULL when out of memory. Whoever resumes is told
 * all that happened since and becomes live by that; others are, and with reset they are told that
 * something may be missing.
 */
struct stream *stream_past_new(struct subscription *subscription,
                               const struct stream_position *begin, bool resumes, bool reset);

#endif
