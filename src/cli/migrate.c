#include <stdlib.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/database.h"

int run_migrate(const struct invocation *invocation) {
    CLEANUP(database_close) struct database database = {0};
    struct config config = invocation->config;
    config.database.migrate = true;
    if (!database_open(&database, &config, 1)) {
        return EXIT_FAILURE;
    }
    printf("the schema is up to date\n");
    return EXIT_SUCCESS;
}
