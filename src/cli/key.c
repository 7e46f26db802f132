#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "store/api_key.h"

static const char *const scopes[] = {"admin", "write", "read"};

static bool is_scope(const char *scope) {
    for (size_t i = 0; scope && i < COUNT(scopes); i++) {
        if (strcmp(scopes[i], scope) == 0) {
            return true;
        }
    }
    return false;
}

static int report(enum outcome outcome, const char *what) {
    if (outcome != OUTCOME_OK) {
        fprintf(stderr, "understood: %s\n",
                outcome == OUTCOME_REJECTED || outcome == OUTCOME_NOT_FOUND
                    ? what
                    : "the database could not do it (see above)");
    }
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int create_key(const struct invocation *invocation, int64_t account_id, const char *scope) {
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    struct api_key key = {
        .account_id = account_id,
        .id = uuid_new(),
        .name = (char *)invocation_option(invocation, "name"),
        .created_at_us = time_now_us(),
    };
    snprintf(key.scope, sizeof key.scope, "%s", scope);
    char text[API_KEY_SIZE];
    unsigned char hash[API_KEY_HASH_BYTES];
    api_key_new(account_id, text);
    api_key_hash(text, hash);
    enum outcome outcome = connection ? store_api_key(connection, &key, hash) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        printf("%s\n", text);
    }
    return report(outcome, "there is no such account; see `understood account list`");
}

int run_key_create(const struct invocation *invocation) {
    int64_t account_id;
    const char *scope = invocation_option(invocation, "scope");
    if (!invocation_number(invocation, "account", 1, INT64_MAX, &account_id)) {
        return EXIT_USAGE;
    }
    if (!is_scope(scope)) {
        return refuse_option(invocation, "scope", "admin, write or read");
    }
    return create_key(invocation, account_id, scope);
}

static void print_key(const struct api_key *key) {
    char id[UUID_TEXT_SIZE];
    char created_at[TIME_TEXT_SIZE];
    char revoked_at[TIME_TEXT_SIZE] = "-";
    uuid_format(&key->id, id);
    time_format(key->created_at_us, created_at);
    if (key->revoked_at_us != TIME_NONE) {
        time_format(key->revoked_at_us, revoked_at);
    }
    printf("%s\t%s\t%s\t%s\t%s\n", id, key->scope, created_at, revoked_at, key->name);
}

int run_key_list(const struct invocation *invocation) {
    int64_t account_id;
    CLEANUP(database_close) struct database database = {0};
    if (!invocation_number(invocation, "account", 1, INT64_MAX, &account_id)) {
        return EXIT_USAGE;
    }
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return report(connection ? list_api_keys(connection, account_id, print_key)
                             : OUTCOME_UNAVAILABLE,
                  "there is no such account");
}

int run_key_revoke(const struct invocation *invocation) {
    int64_t account_id;
    struct uuid id;
    CLEANUP(database_close) struct database database = {0};
    if (!invocation_number(invocation, "account", 1, INT64_MAX, &account_id)) {
        return EXIT_USAGE;
    }
    if (!uuid_parse(invocation->operand, &id)) {
        fprintf(stderr, "understood: \"%s\" is no key's id; see `understood key list`\n",
                invocation->operand);
        return EXIT_USAGE;
    }
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    return report(connection ? revoke_api_key(connection, account_id, &id) : OUTCOME_UNAVAILABLE,
                  "that account has no such key that is not revoked yet");
}
