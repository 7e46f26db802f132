#include "store/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "cli/cli.h"
#include "cli/database.h"

static int report(enum outcome outcome) {
    const char *reason = "the database could not do it (see above)";
    if (outcome == OUTCOME_REJECTED) {
        reason = "there is no such time zone; a name such as Europe/Berlin or UTC is wanted";
    } else if (outcome == OUTCOME_NOT_FOUND) {
        reason = "there is no such account; see `understood account list`";
    }
    if (outcome != OUTCOME_OK) {
        fprintf(stderr, "understood: %s\n", reason);
    }
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool good_name(const char *name) {
    return name && *name && strlen(name) <= ACCOUNT_NAME_BYTES_MAX;
}

int run_account_create(const struct invocation *invocation) {
    const char *name = invocation_option(invocation, "name");
    if (!good_name(name)) {
        return refuse_option(invocation, "name", "a text of 1 to 200 bytes");
    }
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    struct account account = {0};
    snprintf(account.name, sizeof account.name, "%s", name);
    snprintf(account.time_zone, sizeof account.time_zone, "%s",
             invocation_option(invocation, "time-zone"));
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    enum outcome outcome = connection ? store_account(connection, &account) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        printf("%" PRId64 "\n", account.account_id);
    }
    return report(outcome);
}

static void print_account(const struct account *account) {
    printf("%" PRId64 "\t%s\t%s\t%d\t%d\n", account->account_id, account->time_zone, account->name,
           account->fatigue_days, account->repeat_days);
}

int run_account_list(const struct invocation *invocation) {
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return report(connection ? list_accounts(connection, print_account) : OUTCOME_UNAVAILABLE);
}

/* False, having said so on stderr, when a number of days makes no sense. */
static bool read_days(const struct invocation *invocation, const char *name, int64_t min,
                      int64_t max, int64_t *days) {
    *days = DAYS_STAY;
    return !invocation_option(invocation, name) ||
           invocation_number(invocation, name, min, max, days);
}

static int read_change(const struct invocation *invocation, struct account_change *change) {
    change->name = invocation_option(invocation, "name");
    change->time_zone = invocation_option(invocation, "time-zone");
    if (change->name && !good_name(change->name)) {
        return refuse_option(invocation, "name", "a text of 1 to 200 bytes");
    }
    return read_days(invocation, "fatigue-days", 0, FATIGUE_DAYS_MAX, &change->fatigue_days) &&
                   read_days(invocation, "repeat-days", 1, REPEAT_DAYS_MAX, &change->repeat_days)
               ? EXIT_SUCCESS
               : EXIT_USAGE;
}

static bool changes_nothing(const struct account_change *change) {
    return !change->name && !change->time_zone && change->fatigue_days == DAYS_STAY &&
           change->repeat_days == DAYS_STAY;
}

int run_account_set(const struct invocation *invocation) {
    struct account_change change;
    int64_t account_id;
    int status = read_change(invocation, &change);
    if (status != EXIT_SUCCESS) {
        return status;
    }
    if (!parse_int(invocation->operand, 1, INT64_MAX, &account_id) || changes_nothing(&change)) {
        fprintf(stderr, "understood: which account, and what to change? see `understood account "
                        "set --help`\n");
        return EXIT_USAGE;
    }
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return report(connection ? change_account(connection, account_id, &change)
                             : OUTCOME_UNAVAILABLE);
}
