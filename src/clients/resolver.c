#include "clients/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS_PER_S  1000
#define NS_PER_MS 1000000L
#define NS_PER_S  1000000000L

/* Shared by the thread that looks up and the one that waits: the last one to leave frees it. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    char *host; /* owned */
    struct resolved resolved;
    enum resolution resolution;
    bool done;
    int users;
};

static atomic_int lookups;

static void copy_addresses(const struct addrinfo *list, struct resolved *resolved) {
    resolved->count = 0;
    for (; list && resolved->count < RESOLVED_MAX; list = list->ai_next) {
        if (list->ai_addrlen <= sizeof resolved->addresses[0]) {
            memcpy(&resolved->addresses[resolved->count++], list->ai_addr, list->ai_addrlen);
        }
    }
}

static enum resolution ask(const char *host, int flags, struct resolved *resolved) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *list = NULL;
    int failure = getaddrinfo(host, NULL, &hints, &list);
    *resolved = (struct resolved){.count = 0};
    if (failure != 0) {
        snprintf(resolved->error, sizeof resolved->error, "%s", gai_strerror(failure));
        return RESOLVE_FAILED;
    }
    copy_addresses(list, resolved);
    freeaddrinfo(list);
    return resolved->count > 0 ? RESOLVED : RESOLVE_FAILED;
}

static void lookup_free(struct lookup *lookup) {
    pthread_cond_destroy(&lookup->ended);
    pthread_mutex_destroy(&lookup->lock);
    free(lookup->host);
    free(lookup);
}

/* Called with the lock held. */
static void leave(struct lookup *lookup) {
    bool last = --lookup->users == 0;
    pthread_mutex_unlock(&lookup->lock);
    if (last) {
        lookup_free(lookup);
    }
}

static void *look_up(void *context) {
    struct lookup *lookup = context;
    struct resolved resolved;
    enum resolution resolution = ask(lookup->host, 0, &resolved);
    pthread_mutex_lock(&lookup->lock);
    lookup->resolved = resolved;
    lookup->resolution = resolution;
    lookup->done = true;
    pthread_cond_signal(&lookup->ended);
    leave(lookup);
    atomic_fetch_sub(&lookups, 1);
    return NULL;
}

static struct lookup *lookup_new(const char *host) {
    struct lookup *lookup = calloc(1, sizeof *lookup);
    char *copy = strdup(host);
    if (!lookup || !copy) {
        free(lookup);
        free(copy);
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lookup->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&lookup->lock, NULL);
    lookup->host = copy;
    lookup->users = 2;
    return lookup;
}

static bool start_thread(struct lookup *lookup) {
    pthread_t thread;
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &detached, look_up, lookup) == 0;
    pthread_attr_destroy(&detached);
    return started;
}

static struct lookup *begin(const char *host) {
    if (atomic_fetch_add(&lookups, 1) >= LOOKUPS_MAX) {
        atomic_fetch_sub(&lookups, 1);
        return NULL;
    }
    struct lookup *lookup = lookup_new(host);
    if (lookup && start_thread(lookup)) {
        return lookup;
    }
    if (lookup) {
        lookup_free(lookup);
    }
    atomic_fetch_sub(&lookups, 1);
    return NULL;
}

static struct timespec deadline_in(int64_t timeout_ms) {
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += timeout_ms / MS_PER_S;
    deadline.tv_nsec += timeout_ms % MS_PER_S * NS_PER_MS;
    deadline.tv_sec += deadline.tv_nsec / NS_PER_S;
    deadline.tv_nsec %= NS_PER_S;
    return deadline;
}

static enum resolution await(struct lookup *lookup, int64_t timeout_ms, struct resolved *resolved) {
    struct timespec deadline = deadline_in(timeout_ms);
    enum resolution resolution = RESOLVE_LATE;
    int waited = 0;
    pthread_mutex_lock(&lookup->lock);
    while (!lookup->done && waited == 0) {
        waited = pthread_cond_timedwait(&lookup->ended, &lookup->lock, &deadline);
    }
    if (lookup->done) {
        *resolved = lookup->resolved;
        resolution = lookup->resolution;
    }
    leave(lookup);
    return resolution;
}

enum resolution resolve_host(const char *host, int64_t timeout_ms, struct resolved *resolved) {
    if (ask(host, AI_NUMERICHOST, resolved) == RESOLVED) {
        return RESOLVED;
    }
    struct lookup *lookup = begin(host);
    return lookup ? await(lookup, timeout_ms, resolved) : RESOLVE_BUSY;
}
