#include "cli/welcome.h"

#include <stdio.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "cli/link.h"
#include "store/api_key.h"

#define FIRST_ACCOUNT 1

static int keys_seen;

static void count_key(const struct api_key *key) {
    (void)key;
    keys_seen++;
}

/* A key for an account that never had one; false when it has, or it cannot be told. */
static bool make_first_key(struct db_connection *connection, char key[API_KEY_SIZE]) {
    keys_seen = 0;
    if (list_api_keys(connection, FIRST_ACCOUNT, count_key) != OUTCOME_OK || keys_seen > 0) {
        return false;
    }
    struct api_key row = {
        .account_id = FIRST_ACCOUNT,
        .id = uuid_new(),
        .scope = "admin",
        .name = (char *)"first run",
        .created_at_us = time_now_us(),
    };
    unsigned char hash[API_KEY_HASH_BYTES];
    api_key_new(FIRST_ACCOUNT, key);
    api_key_hash(key, hash);
    return store_api_key(connection, &row, hash) == OUTCOME_OK;
}

void welcome(const struct app *app) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return;
    }
    char key[API_KEY_SIZE] = "$KEY";
    bool first = make_first_key(connection, key);
    printf("\nUnderstood is running.\n\n  base URL     %s\n  survey link  ", app->public_url);
    fflush(stdout);
    print_sample_link(connection, app->public_url);
    if (first) {
        printf("  API key      %s (admin of account 1; shown only this once)\n", key);
    } else {
        printf("  API key      the one shown at the first run; for another:"
               " build/understood key create --scope admin\n");
    }
    printf("  scores       curl -s -H \"Authorization: Bearer %s\""
           " '%s/v1/metrics?survey=understood'\n"
           "  stop         Ctrl-C\n\n",
           key, app->public_url);
    fflush(stdout);
}
