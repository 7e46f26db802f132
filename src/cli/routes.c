#include "routes.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

static const char *scope_name(enum scope scope) {
    static const char *const names[] = {[SCOPE_NONE] = "-",
                                        [SCOPE_READ] = "read",
                                        [SCOPE_WRITE] = "write",
                                        [SCOPE_ADMIN] = "admin"};
    return names[scope];
}

int run_routes(const struct invocation *invocation) {
    (void)invocation;
    for (size_t i = 0; i < route_count; i++) {
        printf("%s\t%s\t%s\t%s\n", routes[i].method, routes[i].path, routes[i].operation,
               scope_name(routes[i].scope));
    }
    return EXIT_SUCCESS;
}
