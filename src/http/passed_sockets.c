#include "http/passed_sockets.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"

#define FIRST_PASSED_DESCRIPTOR 3
#define DESCRIPTORS_MAX         4096

struct passed_sockets passed_sockets_take(void) {
    struct passed_sockets passed = {0};
    const char *process = getenv("LISTEN_PID");
    const char *number = getenv("LISTEN_FDS");
    int64_t id = 0;
    int64_t count = 0;
    if (process && number && parse_int(process, 1, INT32_MAX, &id) && id == getpid()) {
        parse_int(number, 0, DESCRIPTORS_MAX, &count);
    }
    for (int i = 0; i < count; i++) {
        int fd = FIRST_PASSED_DESCRIPTOR + i;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (passed.count < PASSED_SOCKETS_MAX) {
            passed.fds[passed.count++] = fd;
        }
    }
    if (count > PASSED_SOCKETS_MAX) {
        log_error("%d sockets were passed; only the first %d are listened on", (int)count,
                  PASSED_SOCKETS_MAX);
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return passed;
}
