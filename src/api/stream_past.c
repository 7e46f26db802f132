/* How a listener becomes live: greeted first, then told, on workers and at its own pace, what
 * happened since it was here last. */
#include <stdlib.h>

#include "api/stream_event.h"
#include "api/stream_hub_parts.h"
#include "app.h"
#include "base/cleanup.h"

#define PAGE_MAX   100
#define EVENTS_MAX 10000 /* told of the past; whoever missed more reloads */

struct past {
    struct stream stream;
    struct subscription *subscription;
    struct stream_position begin;
    bool greeted;
    bool resumes;
    bool reset;
    size_t told;
};

static void release(struct stream *stream) {
    struct past *past = (struct past *)stream;
    atomic_store(&past->subscription->telling_past, false);
    free(past);
}

static struct stream_position position_of(struct streamed_account *account, pthread_mutex_t *lock) {
    pthread_mutex_lock(lock);
    struct stream_position position = account->position;
    pthread_mutex_unlock(lock);
    return position;
}

/* All below known was told. False when the hub has pushed more by now, which is to be told first.
 */
static bool go_live(struct past *past, const struct feed_position *known) {
    struct subscription *subscription = past->subscription;
    struct stream_hub *hub = subscription->hub;
    pthread_mutex_lock(&hub->lock);
    if (feed_position_compare(&subscription->position, known) < 0) {
        subscription->position = *known;
    }
    const struct feed_position *pushed = &subscription->account->position.feed;
    subscription->live = feed_position_compare(pushed, &subscription->position) <= 0;
    subscription->pushed_us = time_monotonic_us();
    bool live = subscription->live;
    pthread_mutex_unlock(&hub->lock);
    return live;
}

/* The rest is not told: from here on it is. */
static void leave_out_the_rest(struct past *past, struct text *chunk) {
    struct subscription *subscription = past->subscription;
    struct stream_hub *hub = subscription->hub;
    pthread_mutex_lock(&hub->lock);
    struct stream_position position = subscription->account->position;
    subscription->position = position.feed;
    subscription->live = true;
    pthread_mutex_unlock(&hub->lock);
    atomic_fetch_add(&hub->resets, 1);
    stream_append_reset(chunk, &position);
}

static void append_wanted(const struct subscription *subscription, const struct feed_page *page,
                          const struct event_document documents[], struct text *chunk) {
    for (size_t i = 0; i < page->count; i++) {
        if (!documents[i].data) {
            continue;
        }
        struct stream_subject subject =
            stream_subject_of(page->entries[i].event.type, documents[i].data);
        if (stream_filter_takes(&subscription->filter, &subject)) {
            stream_append_event(chunk, &page->entries[i], &documents[i]);
        }
    }
}

static enum outcome tell_page(struct past *past, struct text *chunk, size_t *count) {
    struct subscription *subscription = past->subscription;
    struct app *app = subscription->hub->app;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(feed_page_clear) struct feed_page page = {0};
    enum outcome outcome = connection ? load_feed(connection, subscription->account->account_id,
                                                  &subscription->position, PAGE_MAX, &page)
                                      : OUTCOME_UNAVAILABLE;
    struct event event_list[PAGE_MAX];
    struct event_document documents[PAGE_MAX] = {{0}};
    for (size_t i = 0; i < page.count; i++) {
        event_list[i] = page.entries[i].event;
    }
    if (outcome == OUTCOME_OK && page.count > 0) {
        outcome = load_event_documents(app, connection, event_list, page.count, documents);
    }
    if (outcome == OUTCOME_OK && page.count > 0) {
        append_wanted(subscription, &page, documents, chunk);
        subscription->position = page.entries[page.count - 1].position;
    }
    event_documents_clear(documents, page.count);
    *count = page.count;
    return outcome;
}

/* False once the listener is live, or has lost its key. */
static bool tell_more(struct past *past, struct text *chunk) {
    struct subscription *subscription = past->subscription;
    if (!subscriber_listens(subscription->subscriber)) {
        return false;
    }
    struct stream_position known = position_of(subscription->account, &subscription->hub->lock);
    size_t count;
    if (tell_page(past, chunk, &count) != OUTCOME_OK) {
        chunk->failed = true; /* the client comes again, and says how far it came */
        return false;
    }
    past->told += count;
    if (past->told >= EVENTS_MAX) {
        leave_out_the_rest(past, chunk);
        return false;
    }
    return count == PAGE_MAX || !go_live(past, &known.feed);
}

static bool next_chunk(struct stream *stream, struct text *chunk) {
    struct past *past = (struct past *)stream;
    if (past->greeted) {
        return tell_more(past, chunk);
    }
    past->greeted = true;
    stream_append_greeting(chunk, &past->begin);
    if (past->reset) {
        stream_append_reset(chunk, &past->begin);
    }
    return past->resumes;
}

struct stream *stream_past_new(struct subscription *subscription,
                               const struct stream_position *begin, bool resumes, bool reset) {
    struct past *past = calloc(1, sizeof *past);
    if (!past) {
        return NULL;
    }
    *past = (struct past){
        .stream = {.next_chunk = next_chunk, .release = release},
        .subscription = subscription,
        .begin = *begin,
        .resumes = resumes,
        .reset = reset,
    };
    atomic_store(&subscription->telling_past, true);
    return &past->stream;
}
