/* What is new in the feeds, to whom it concerns. */
#include <stdlib.h>

#include "api/stream_event.h"
#include "api/stream_hub_parts.h"
#include "base/cleanup.h"

#define PAGE_MAX  200
#define PAGES_MAX 20 /* of one account before the others have their turn */

/* With thousands of accounts a look takes long: a tenth of the time, if events arrive within a
 * second all the same. */
#define REST_PER_LOOK 9
#define REST_US_MAX   (US_PER_SECOND * 6 / 10)

/* One event for all who listen to its account. */
struct told {
    struct feed_position position;
    struct stream_subject subject;
    struct text text;
};

struct told_page {
    struct told told[PAGE_MAX];
    struct event_document documents[PAGE_MAX]; /* the subjects' texts are theirs */
    size_t count;
    struct feed_position end;
};

static void told_page_free(struct told_page **page) {
    for (size_t i = 0; *page && i < (*page)->count; i++) {
        text_clear(&(*page)->told[i].text);
    }
    if (*page) {
        event_documents_clear((*page)->documents, (*page)->count);
    }
    free(*page);
}

static enum outcome load_documents(struct stream_hub *hub, struct db_connection *connection,
                                   const struct feed_page *feed, struct told_page *page) {
    struct event events[PAGE_MAX];
    for (size_t i = 0; i < feed->count; i++) {
        events[i] = feed->entries[i].event;
    }
    page->count = feed->count;
    return load_event_documents(hub->app, connection, events, feed->count, page->documents);
}

/* What is gone by now, or nothing for streams, is passed over. */
static enum outcome render(struct stream_hub *hub, struct db_connection *connection,
                           const struct feed_page *feed, struct told_page *page) {
    enum outcome outcome = load_documents(hub, connection, feed, page);
    for (size_t i = 0; outcome == OUTCOME_OK && i < feed->count; i++) {
        const struct feed_entry *entry = &feed->entries[i];
        struct told *told = &page->told[i];
        told->position = entry->position;
        told->subject = stream_subject_of(entry->event.type, page->documents[i].data);
        if (page->documents[i].data && told->subject.type) {
            stream_append_event(&told->text, entry, &page->documents[i]);
        }
        if (told->text.failed) {
            return OUTCOME_UNAVAILABLE;
        }
    }
    page->end = feed->entries[feed->count - 1].position;
    return outcome;
}

static void push(struct stream_hub *hub, struct streamed_account *account, const struct told *told,
                 int64_t now_us) {
    unsigned long deliveries = 0;
    for (struct subscription *each = account->first; each; each = each->next) {
        if (each->live && feed_position_compare(&each->position, &told->position) < 0 &&
            stream_filter_takes(&each->filter, &told->subject)) {
            subscription_push(each, &told->text, now_us);
            deliveries++;
        }
    }
    atomic_fetch_add(&hub->events, 1);
    atomic_fetch_add(&hub->deliveries, deliveries);
}

static void push_page(struct stream_hub *hub, struct streamed_account *account,
                      const struct told_page *page) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < page->count; i++) {
        const struct told *told = &page->told[i];
        if (told->text.length > 0) {
            push(hub, account, told, now_us);
            hub_note_change(account, &told->subject);
        }
    }
    account->position = (struct stream_position){page->end, time_now_us()};
    pthread_mutex_unlock(&hub->lock);
}

static enum outcome read_page(struct stream_hub *hub, struct db_connection *connection,
                              struct streamed_account *account, bool *more) {
    CLEANUP(feed_page_clear) struct feed_page feed = {0};
    enum outcome outcome =
        load_feed(connection, account->account_id, &account->position.feed, PAGE_MAX, &feed);
    *more = feed.count == PAGE_MAX;
    if (outcome != OUTCOME_OK || feed.count == 0) {
        return outcome;
    }
    CLEANUP(told_page_free) struct told_page *page = calloc(1, sizeof *page);
    outcome = page ? render(hub, connection, &feed, page) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        push_page(hub, account, page);
    }
    return outcome;
}

static enum outcome read_feed(struct stream_hub *hub, struct db_connection *connection,
                              struct streamed_account *account) {
    enum outcome outcome = OUTCOME_OK;
    bool more = true;
    for (int i = 0; outcome == OUTCOME_OK && more && i < PAGES_MAX; i++) {
        outcome = read_page(hub, connection, account, &more);
    }
    return outcome;
}

/* Under the lock. Whoever is still told of the past comes again, and is told then. */
static void reset_all(struct streamed_account *account, const struct stream_position *position) {
    CLEANUP(text_clear) struct text reset = {0};
    stream_append_reset(&reset, position);
    for (struct subscription *each = account->first; each; each = each->next) {
        if (each->live) {
            each->position = position->feed;
            subscription_push(each, &reset, time_monotonic_us());
        } else {
            subscriber_cut(each->subscriber);
        }
    }
}

/* Nothing new up to the horizon. One that lies behind where we were is another database's, made of
 * a dump: its transactions are counted anew. */
static void move_on(struct stream_hub *hub, struct streamed_account *account,
                    const struct feed_horizon *horizon) {
    struct stream_position position = {feed_position_at(horizon), time_now_us()};
    pthread_mutex_lock(&hub->lock);
    if (feed_position_compare(&position.feed, &account->position.feed) < 0) {
        account->from = position.feed.transaction;
        reset_all(account, &position);
    }
    account->position = position;
    pthread_mutex_unlock(&hub->lock);
}

/* ---- that it is written down ---- */

/* Accounts are removed by this thread alone. */
static struct streamed_feed *list_feeds(struct stream_hub *hub, struct streamed_account ***accounts,
                                        size_t *count) {
    *count = 0;
    pthread_mutex_lock(&hub->lock);
    struct streamed_feed *feeds = calloc(hub->account_count + 1, sizeof *feeds);
    *accounts = calloc(hub->account_count + 1, sizeof(struct streamed_account *));
    for (struct streamed_account *each = hub->accounts; feeds && *accounts && each;
         each = each->next) {
        if (each->positioned) {
            (*accounts)[*count] = each;
            feeds[(*count)++] = (struct streamed_feed){.account_id = each->account_id};
        }
    }
    pthread_mutex_unlock(&hub->lock);
    return feeds;
}

/* For a while nothing was written down: we could not say that somebody still listens. */
static bool was_interrupted(const struct streamed_account *account,
                            const struct streamed_feed *feed) {
    return feed->from > account->from;
}

static enum outcome reset_the_interrupted(struct stream_hub *hub, struct db_connection *connection,
                                          struct streamed_account *accounts[],
                                          const struct streamed_feed feeds[], size_t count) {
    size_t first = 0;
    while (first < count && !was_interrupted(accounts[first], &feeds[first])) {
        first++;
    }
    enum outcome outcome =
        first < count ? await_transactions(connection, AWAIT_US_MAX) : OUTCOME_OK;
    pthread_mutex_lock(&hub->lock);
    for (size_t i = first; i < count; i++) {
        if (was_interrupted(accounts[i], &feeds[i])) {
            accounts[i]->from = feeds[i].from;
            reset_all(accounts[i], &accounts[i]->position);
        }
    }
    pthread_mutex_unlock(&hub->lock);
    return outcome;
}

enum outcome hub_keep_streamed(struct stream_hub *hub, struct db_connection *connection) {
    size_t count;
    struct streamed_account **accounts;
    struct streamed_feed *feeds = list_feeds(hub, &accounts, &count);
    enum outcome outcome =
        count > 0 ? keep_all_streamed(connection, feeds, count, STREAMED_FOR_US) : OUTCOME_OK;
    if (outcome == OUTCOME_OK) {
        outcome = reset_the_interrupted(hub, connection, accounts, feeds, count);
    }
    free(feeds);
    free((void *)accounts);
    return outcome;
}

/* ---- what is new ---- */

static struct feed_reader *readers_of(struct stream_hub *hub, struct streamed_account ***accounts,
                                      size_t *count) {
    *count = 0;
    pthread_mutex_lock(&hub->lock);
    struct feed_reader *readers = calloc(hub->account_count + 1, sizeof *readers);
    *accounts = calloc(hub->account_count + 1, sizeof(struct streamed_account *));
    for (struct streamed_account *each = hub->accounts; readers && *accounts && each;
         each = each->next) {
        if (each->positioned) {
            (*accounts)[*count] = each;
            readers[(*count)++] = (struct feed_reader){.account_id = each->account_id,
                                                       .position = each->position.feed};
        }
    }
    pthread_mutex_unlock(&hub->lock);
    return readers;
}

static enum outcome look(struct stream_hub *hub, struct db_connection *connection,
                         struct feed_reader readers[], size_t count, struct feed_horizon *horizon) {
    int64_t began_us = time_monotonic_us();
    enum outcome outcome = look_into_feeds(connection, readers, count, horizon);
    int64_t rest_us = (time_monotonic_us() - began_us) * REST_PER_LOOK;
    rest_us = rest_us < REST_US_MIN ? REST_US_MIN : rest_us;
    hub->rest_us = rest_us > REST_US_MAX ? REST_US_MAX : rest_us;
    return outcome;
}

enum outcome hub_read_feeds(struct stream_hub *hub, struct db_connection *connection) {
    size_t count;
    struct streamed_account **accounts;
    struct feed_horizon horizon;
    struct feed_reader *readers = readers_of(hub, &accounts, &count);
    enum outcome looked = count > 0 ? look(hub, connection, readers, count, &horizon) : OUTCOME_OK;
    enum outcome outcome = looked;
    for (size_t i = 0; looked == OUTCOME_OK && i < count; i++) {
        enum outcome read = OUTCOME_OK;
        if (readers[i].has_more) {
            read = read_feed(hub, connection, accounts[i]);
        } else {
            move_on(hub, accounts[i], &horizon);
        }
        outcome = read == OUTCOME_OK ? outcome : read;
    }
    free(readers);
    free((void *)accounts);
    return outcome;
}
