/* `understood rescore`: estimates made anew by the model of this binary. */
#include "cli/rescore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/scorer.h"
#include "cli/signals.h"
#include "store/account.h"
#include "store/rescore.h"

#define ACCOUNTS_ASKED 100 /* at the start of the service */
#define DRAW_EVERY_US  (US_PER_SECOND / 5)
#define PRINT_EVERY_US (10 * US_PER_SECOND) /* where there is no terminal */

struct rescoring {
    struct db_connection *connection;
    struct rescore_order order;
    struct rescored done; /* all together */
    int64_t started_us;
    int64_t drawn_us;
    bool failed;
    bool stopped;
};

static double seconds_since(int64_t start_us) {
    return (double)(time_monotonic_us() - start_us + 1) / (double)US_PER_SECOND;
}

/* One line that is written over and over on a terminal; elsewhere one now and then. */
static void draw_progress(struct rescoring *rescoring) {
    bool terminal = isatty(STDERR_FILENO);
    int64_t now_us = time_monotonic_us();
    if (now_us - rescoring->drawn_us < (terminal ? DRAW_EVERY_US : PRINT_EVERY_US)) {
        return;
    }
    rescoring->drawn_us = now_us;
    fprintf(stderr,
            "%saccount %" PRId64 ": %" PRId64 " responses looked at, %" PRId64
            " estimated anew, %.0f a second%s",
            terminal ? "\r" : "", rescoring->order.account_id, rescoring->done.seen,
            rescoring->done.estimated,
            (double)rescoring->done.seen / seconds_since(rescoring->started_us),
            terminal ? " " : "\n");
}

static void rescore_account(struct rescoring *rescoring, int64_t account_id) {
    rescoring->order.account_id = account_id;
    struct rescored step = {0};
    while (!step.finished && !rescoring->failed && !rescoring->stopped) {
        rescoring->failed =
            rescore_some(rescoring->connection, &rescoring->order, &step) != OUTCOME_OK;
        rescoring->stopped = signals_stop_pending();
        if (!rescoring->failed) {
            rescoring->done.seen += step.seen;
            rescoring->done.estimated += step.estimated;
            rescoring->done.differing += step.differing;
        }
        draw_progress(rescoring);
    }
}

static int conclude(const struct rescoring *rescoring, size_t accounts) {
    const struct rescored *done = &rescoring->done;
    if (isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
    printf("%" PRId64 " responses of %zu account(s) looked at, %" PRId64
           " estimated anew by %s, %" PRId64 " of them differently; %.1f s\n",
           done->seen, accounts, done->estimated, rescoring->order.scorer->model.version,
           done->differing, seconds_since(rescoring->started_us));
    if (rescoring->failed || rescoring->stopped) {
        fprintf(stderr, "understood: %s; the next `understood rescore` goes on from there\n",
                rescoring->failed ? "could not go on (see above)" : "stopped before the end");
    }
    return rescoring->failed || rescoring->stopped ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void free_ids(int64_t **ids) {
    free(*ids);
}

static int rescore_accounts(struct db_connection *connection, int64_t wanted,
                            const struct sentiment_scorer *scorer, bool all) {
    CLEANUP(free_ids) int64_t *ids = NULL;
    size_t count = 0;
    if (!connection || load_account_ids(connection, wanted, &ids, &count) != OUTCOME_OK) {
        return EXIT_FAILURE;
    }
    if (count == 0) {
        fputs("understood: there is no such account; see `understood account list`\n", stderr);
        return EXIT_FAILURE;
    }
    struct rescoring rescoring = {
        .connection = connection,
        .order = {.scorer = scorer, .all = all},
        .started_us = time_monotonic_us(),
        .drawn_us = time_monotonic_us(),
    };
    size_t done = 0;
    for (; done < count && !rescoring.failed && !rescoring.stopped; done++) {
        rescore_account(&rescoring, ids[done]);
    }
    return conclude(&rescoring, done);
}

int run_rescore(const struct invocation *invocation) {
    int64_t wanted = 0; /* all */
    if (invocation_option(invocation, "account") &&
        !invocation_number(invocation, "account", 1, INT64_MAX, &wanted)) {
        return EXIT_USAGE;
    }
    CLEANUP(sentiment_scorer_clear) struct sentiment_scorer scorer = {0};
    CLEANUP(database_close) struct database database = {0};
    if (!load_scorer(&scorer) || !database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    signals_block(); /* a step is ended before */
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return rescore_accounts(connection, wanted, &scorer,
                            invocation_option(invocation, "all") != NULL);
}

void tell_of_unscored(struct db *db, const struct sentiment_scorer *scorer) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(db);
    CLEANUP(free_ids) int64_t *ids = NULL;
    size_t count = 0;
    if (!connection || load_account_ids(connection, 0, &ids, &count) != OUTCOME_OK) {
        return;
    }
    const char *model = scorer->model.version;
    bool found = false;
    for (size_t i = 0; !found && i < count && i < ACCOUNTS_ASKED; i++) {
        if (find_unscored(connection, ids[i], model, &found) != OUTCOME_OK) {
            return;
        }
        if (found) {
            log_info("responses of account %" PRId64 " have no estimate of frustration by the model"
                     " %s, and count as not scored or as an older one said; `understood rescore`"
                     " makes them",
                     ids[i], model);
        }
    }
}
