#include "cli/supervisor.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "base/time.h"

#define PATIENCE_EVERY_S 10
#define PATIENCE         "EXTEND_TIMEOUT_USEC=30000000"
#define STATE_SIZE       512
#define US_PER_MS        1000

static struct {
    int fd; /* -1: nobody to tell */
    int64_t watchdog_us;
    bool patience_asked;
    bool hurried;
    pthread_t patience;
    pthread_mutex_t lock;
    pthread_cond_t wake;
} supervisor = {.fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* "/path", or "@name" in the abstract namespace, whose names begin with a NUL. */
static bool notify_address(const char *name, struct sockaddr_un *address, socklen_t *length) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t name_length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || name_length >= sizeof address->sun_path) {
        return false;
    }
    memcpy(address->sun_path, name, name_length);
    if (name[0] == '@') {
        address->sun_path[0] = '\0';
    }
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_length);
    return true;
}

static void connect_to(const char *name) {
    struct sockaddr_un address;
    socklen_t length = 0;
    supervisor.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (supervisor.fd >= 0 && notify_address(name, &address, &length) &&
        connect(supervisor.fd, (struct sockaddr *)&address, length) == 0) {
        return;
    }
    log_error("nobody can be told at NOTIFY_SOCKET %s", name);
    if (supervisor.fd >= 0) {
        close(supervisor.fd);
    }
    supervisor.fd = -1;
}

static void read_watchdog(void) {
    const char *interval = getenv("WATCHDOG_USEC");
    const char *process = getenv("WATCHDOG_PID");
    int64_t id = getpid();
    if (process && !parse_int(process, 1, INT32_MAX, &id)) {
        return;
    }
    if (interval && id == getpid()) {
        parse_int(interval, 1, INT64_MAX, &supervisor.watchdog_us);
    }
}

void supervisor_meet(void) {
    const char *name = getenv("NOTIFY_SOCKET");
    if (name && *name) {
        connect_to(name);
        read_watchdog();
    }
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void supervisor_tell(const char *state) {
    if (supervisor.fd >= 0) {
        send(supervisor.fd, state, strlen(state), MSG_NOSIGNAL);
    }
}

void supervisor_tell_status(const char *status) {
    char state[STATE_SIZE];
    snprintf(state, sizeof state, "STATUS=%s", status);
    supervisor_tell(state);
}

void supervisor_tell_reloading(void) {
    char state[STATE_SIZE];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, time_monotonic_us());
    supervisor_tell(state);
}

static void *ask_again(void *context) {
    (void)context;
    pthread_mutex_lock(&supervisor.lock);
    while (!supervisor.hurried) {
        supervisor_tell(PATIENCE);
        struct timespec next;
        clock_gettime(CLOCK_REALTIME, &next);
        next.tv_sec += PATIENCE_EVERY_S;
        pthread_cond_timedwait(&supervisor.wake, &supervisor.lock, &next);
    }
    pthread_mutex_unlock(&supervisor.lock);
    return NULL;
}

void supervisor_ask_patience(void) {
    supervisor.hurried = false;
    supervisor.patience_asked =
        supervisor.fd >= 0 && pthread_create(&supervisor.patience, NULL, ask_again, NULL) == 0;
}

void supervisor_hurry(void) {
    if (!supervisor.patience_asked) {
        return;
    }
    pthread_mutex_lock(&supervisor.lock);
    supervisor.hurried = true;
    pthread_cond_signal(&supervisor.wake);
    pthread_mutex_unlock(&supervisor.lock);
    pthread_join(supervisor.patience, NULL);
    supervisor.patience_asked = false;
}

int64_t supervisor_watchdog_ms(void) {
    return supervisor.watchdog_us / 2 / US_PER_MS;
}
