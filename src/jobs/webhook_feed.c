/* Looks for what there is to do: events that no deliveries were made of, deliveries that are due.
 * The more webhooks there are the longer it takes, and the rarer it is done. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "clients/webhook_metrics.h"
#include "jobs/webhook_parts.h"

#define FEED_EVERY_US  (US_PER_SECOND / 5)
#define DUE_EVERY_US   US_PER_SECOND
#define COUNT_EVERY_US (15 * US_PER_SECOND)
#define AWAY_US        (US_PER_SECOND / 2)
#define REST_FACTOR    50  /* at most a fiftieth of the time goes into looking */
#define PAGE           256 /* events of one account at a time, */
#define PAGES          4   /* and of all accounts together, */
#define PAGE_LEAST     16  /* but for those that are so many */
#define IDLE_MS_MAX    200

static int64_t next_look(int64_t begun_us, int64_t every_us) {
    int64_t now_us = time_monotonic_us();
    int64_t rest_us = (now_us - begun_us) * REST_FACTOR;
    return now_us + (rest_us > every_us ? rest_us : every_us);
}

/* ---- the feed ---- */

static void find_accounts(struct webhook_sender *sender, struct db_connection *connection,
                          int64_t begun_us) {
    free(sender->accounts);
    sender->accounts = NULL;
    sender->account_count = sender->next_account = 0;
    sender->more_events = false;
    if (load_accounts_with_events(connection, &sender->accounts, &sender->account_count) !=
        OUTCOME_OK) {
        sender->account_count = 0;
    }
    sender->feed_at_us = next_look(begun_us, FEED_EVERY_US);
}

/* None waits long for all others to have had their turn. */
static size_t page_size(const struct webhook_sender *sender) {
    size_t share = (size_t)PAGES * PAGE / sender->account_count;
    share = share < PAGE ? share : PAGE;
    return share > PAGE_LEAST ? share : PAGE_LEAST;
}

/* False when the database could not do it. */
static bool fan_out_of(struct webhook_sender *sender, struct db_connection *connection,
                       int64_t account_id) {
    bool more = false;
    CLEANUP(webhook_targets_clear) struct webhook_targets made = {0};
    enum outcome outcome = fan_out_events(connection, account_id, page_size(sender), &made, &more);
    for (size_t i = 0; outcome == OUTCOME_OK && i < made.count; i++) {
        endpoint_due(&sender->endpoints, &made.targets[i]);
    }
    sender->more_events |= outcome == OUTCOME_OK && more;
    return outcome == OUTCOME_OK;
}

/* As many accounts as there is time for; calls go on in between. */
static void fan_out(struct webhook_sender *sender, struct db_connection *connection,
                    int64_t begun_us) {
    bool good = true;
    while (good && sender->next_account < sender->account_count &&
           time_monotonic_us() - begun_us < WEBHOOK_WAIT_US) {
        good = fan_out_of(sender, connection, sender->accounts[sender->next_account++]);
    }
    if (sender->next_account == sender->account_count && sender->more_events) {
        sender->feed_at_us = 0;
    }
}

/* ---- what is due, and how much ---- */

static void find_due(struct webhook_sender *sender, struct db_connection *connection,
                     int64_t begun_us) {
    CLEANUP(webhook_targets_clear) struct webhook_targets due = {0};
    if (load_due_webhooks(connection, &due) == OUTCOME_OK) {
        for (size_t i = 0; i < due.count; i++) {
            endpoint_due(&sender->endpoints, &due.targets[i]);
        }
    }
    endpoints_sweep(&sender->endpoints);
    sender->due_at_us = next_look(begun_us, DUE_EVERY_US);
}

static void count(struct webhook_sender *sender, struct db_connection *connection,
                  int64_t begun_us) {
    int64_t pending = 0;
    int64_t failing = 0;
    if (count_pending_deliveries(connection, &pending, &failing) == OUTCOME_OK) {
        atomic_store(&sender->options.metrics->pending, pending);
        atomic_store(&sender->options.metrics->failing, failing);
    }
    sender->count_at_us = next_look(begun_us, COUNT_EVERY_US);
}

/* ---- in turn ---- */

static void put_off(struct webhook_sender *sender, int64_t now_us) {
    sender->feed_at_us = sender->due_at_us = sender->count_at_us = now_us + AWAY_US;
    sender->account_count = sender->next_account = 0;
}

static bool is_idle(const struct webhook_sender *sender, int64_t now_us) {
    return now_us < sender->feed_at_us && now_us < sender->due_at_us &&
           now_us < sender->count_at_us && sender->next_account == sender->account_count;
}

void webhook_look(struct webhook_sender *sender) {
    int64_t now_us = time_monotonic_us();
    if (is_idle(sender, now_us)) {
        return;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(sender->options.db);
    if (!connection) {
        put_off(sender, time_monotonic_us());
        return;
    }
    if (now_us >= sender->due_at_us) {
        find_due(sender, connection, now_us);
    } else if (now_us >= sender->count_at_us) {
        count(sender, connection, now_us);
    }
    now_us = time_monotonic_us();
    if (sender->next_account == sender->account_count && now_us >= sender->feed_at_us) {
        find_accounts(sender, connection, now_us);
    }
    fan_out(sender, connection, time_monotonic_us());
}

int webhook_idle_ms(const struct webhook_sender *sender) {
    int64_t left_us =
        sender->feed_at_us < sender->due_at_us ? sender->feed_at_us : sender->due_at_us;
    left_us -= time_monotonic_us();
    if (left_us <= 0 || sender->cut_short || sender->next_account < sender->account_count) {
        return 0;
    }
    int64_t left_ms = left_us / 1000 + 1;
    return left_ms < IDLE_MS_MAX ? (int)left_ms : IDLE_MS_MAX;
}
