#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "store/account.h"
#include "store/contact_repeat.h"
#include "store/rollup_audit.h"

/* What came of all accounts so far. */
struct suspicion {
    int64_t compared;
    int64_t differing;
    bool failed;
    bool repeats; /* the marks of contacts are found again, too */
};

static void print_difference(int64_t account_id, const struct rollup_difference *difference) {
    printf("account %" PRId64 "\t%s\t%s\t%s\t%s", account_id, difference->survey,
           difference->dimension, difference->value, difference->day);
    if (difference->question) {
        printf("\t%s=%s", difference->question, difference->choice);
    }
    const char *separator = "\t";
    for (enum counter i = 0; i < COUNTERS; i++) {
        int64_t stored = difference->stored.sums[i];
        int64_t counted = difference->counted.sums[i];
        if (stored != counted) {
            printf("%s%s %" PRId64 " should be %" PRId64, separator, counter_name(i), stored,
                   counted);
            separator = ", ";
        }
    }
    putchar('\n');
}

static void print_audit(int64_t account_id, const struct rollup_audit *audit) {
    for (size_t i = 0; i < audit->listed_count; i++) {
        print_difference(account_id, &audit->listed[i]);
    }
    int64_t unlisted = audit->differing - (int64_t)audit->listed_count;
    if (unlisted > 0) {
        printf("account %" PRId64 "\tand %" PRId64 " more\n", account_id, unlisted);
    }
}

static bool verify_repeats(struct db_connection *connection, int64_t account_id,
                           struct suspicion *verdict) {
    int64_t wrong = 0;
    if (count_wrong_repeats(connection, account_id, &wrong) != OUTCOME_OK) {
        return false;
    }
    if (wrong > 0) {
        printf("account %" PRId64 "\t%" PRId64 " contacts are marked otherwise than their customers"
               " came back\n",
               account_id, wrong);
    }
    verdict->differing += wrong;
    return true;
}

static void verify_account(struct db_connection *connection, int64_t account_id,
                           struct suspicion *verdict) {
    CLEANUP(rollup_audit_clear) struct rollup_audit audit = {0};
    if (rollups_verify(connection, account_id, &audit) != OUTCOME_OK ||
        (verdict->repeats && !verify_repeats(connection, account_id, verdict))) {
        verdict->failed = true;
        return;
    }
    print_audit(account_id, &audit);
    verdict->compared += audit.compared;
    verdict->differing += audit.differing;
}

static void rebuild_account(struct db_connection *connection, int64_t account_id,
                            struct suspicion *verdict) {
    verdict->failed = rollups_rebuild(connection, account_id, verdict->repeats) != OUTCOME_OK;
}

static int conclude(const struct suspicion *verdict, size_t accounts, bool rebuilt,
                    int64_t started_us) {
    if (verdict->failed) {
        fputs("understood: could not count (see above)\n", stderr);
        return EXIT_FAILURE;
    }
    double seconds = (double)(time_monotonic_us() - started_us) / (double)US_PER_SECOND;
    if (rebuilt) {
        printf("%zu account(s) counted anew, %.1f s\n", accounts, seconds);
        return EXIT_SUCCESS;
    }
    printf("%" PRId64 " of %" PRId64 " sums differ in %zu account(s), %.1f s\n", verdict->differing,
           verdict->compared, accounts, seconds);
    return verdict->differing ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The account of --account, or all. */
static bool find_accounts(struct db_connection *connection, int64_t wanted, int64_t **ids,
                          size_t *count) {
    enum outcome outcome = load_account_ids(connection, wanted, ids, count);
    if (outcome == OUTCOME_OK && *count == 0) {
        fputs("understood: there is no such account; see `understood account list`\n", stderr);
    }
    return outcome == OUTCOME_OK && *count > 0;
}

static void free_ids(int64_t **ids) {
    free(*ids);
}

static int verify_accounts(struct db_connection *connection, int64_t wanted, bool rebuild,
                           bool repeats) {
    int64_t started_us = time_monotonic_us();
    CLEANUP(free_ids) int64_t *ids = NULL;
    size_t count = 0;
    if (!connection || !find_accounts(connection, wanted, &ids, &count)) {
        return EXIT_FAILURE;
    }
    struct suspicion verdict = {.repeats = repeats};
    for (size_t i = 0; i < count && !verdict.failed; i++) {
        (rebuild ? rebuild_account : verify_account)(connection, ids[i], &verdict);
    }
    return conclude(&verdict, count, rebuild, started_us);
}

int run_verify(const struct invocation *invocation) {
    int64_t wanted = 0; /* all */
    if (invocation_option(invocation, "account") &&
        !invocation_number(invocation, "account", 1, INT64_MAX, &wanted)) {
        return EXIT_USAGE;
    }
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return verify_accounts(connection, wanted, invocation_option(invocation, "rebuild") != NULL,
                           invocation_option(invocation, "repeats") != NULL);
}
