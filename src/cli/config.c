#include <stdlib.h>

#include "cli/cli.h"

int run_config(const struct invocation *invocation) {
    struct config config = {0};
    bool defaults = invocation_option(invocation, "defaults") != NULL;
    if (defaults ? !config_defaults(&config) : !config_load(&config, invocation->config_path)) {
        return EXIT_USAGE;
    }
    config_print(&config, stdout);
    config_clear(&config);
    return EXIT_SUCCESS;
}
