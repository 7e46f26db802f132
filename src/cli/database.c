#include "cli/database.h"

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "store/embedded_postgres.h"
#include "store/migration.h"

#define LONG_STATEMENT_MS (60 * 60 * 1000)
#define STOP_WAIT_MS      30000
#define SIGNAL_EXIT       128

static volatile sig_atomic_t signalled;
static struct embedded_postgres *in_use; /* by a subcommand, for on_signal */

/* Calls only what is safe in a handler. */
static void on_signal(int number) {
    signalled = 1;
    if (in_use) {
        embedded_postgres_abandon(in_use);
        _exit(SIGNAL_EXIT + number);
    }
}

static bool was_signalled(void) {
    return signalled != 0;
}

const char *database_conninfo(const struct database *database, const struct config *config) {
    return database->embedded ? embedded_postgres_conninfo(database->embedded)
                              : config->database.url;
}

static bool start_embedded(struct database *database, const struct config *config, bool serving,
                           bool (*interrupted)(void)) {
    struct embedded_options options = {
        .data_dir = config->data.dir,
        .bindir = config->database.bindir,
        .serving = serving,
        .interrupted = interrupted,
    };
    database->embedded = embedded_postgres_start(&options);
    return database->embedded != NULL;
}

bool database_start(struct database *database, const struct config *config,
                    bool (*interrupted)(void)) {
    return *config->database.url ? db_conninfo_is_sound(config->database.url)
                                 : start_embedded(database, config, true, interrupted);
}

struct db *database_pool(const struct database *database, const struct config *config,
                         size_t connections) {
    struct db_options options = {
        .conninfo = database_conninfo(database, config),
        .connections = connections,
        .connect_timeout_ms = (unsigned)config->database.connect_timeout_ms,
        .acquire_timeout_ms = (unsigned)config->database.acquire_timeout_ms,
        .statement_timeout_ms = LONG_STATEMENT_MS,
        .prepare = config->database.prepare,
    };
    return db_open(&options);
}

enum outcome database_migrate(struct db *db, bool wanted, unsigned *applied) {
    CLEANUP(db_release) struct db_connection *connection = db ? db_acquire(db) : NULL;
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    unsigned missing = 0;
    enum outcome outcome =
        wanted ? store_migrate(connection, applied) : store_check_schema(connection, &missing);
    if (outcome == OUTCOME_OK && missing > 0) {
        log_error("the database lacks %u migrations: run `understood migrate`", missing);
        return OUTCOME_FAILED;
    }
    return outcome;
}

static void handle_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(numbers[i], &action, NULL);
        }
    }
}

bool database_open(struct database *database, const struct config *config, size_t connections) {
    *database = (struct database){0};
    if (!*config->database.url) {
        handle_signals();
        if (!start_embedded(database, config, false, was_signalled)) {
            return false;
        }
        in_use = database->embedded;
    }
    unsigned applied = 0;
    database->db = database_pool(database, config, connections);
    if (database_migrate(database->db, config->database.migrate, &applied) != OUTCOME_OK) {
        database_close(database);
        return false;
    }
    return true;
}

void database_close(struct database *database) {
    db_close(database->db);
    in_use = NULL;
    embedded_postgres_stop(database->embedded, STOP_WAIT_MS);
    *database = (struct database){0};
}
