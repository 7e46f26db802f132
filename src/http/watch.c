#include "http/watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/time.h"

void watch_table_init(struct watch_table *table, struct server *server) {
    table->server = server;
    pthread_mutex_init(&table->lock, NULL);
    table->first = NULL;
}

void watch_table_clear(struct watch_table *table) {
    pthread_mutex_destroy(&table->lock);
}

static void read_peer(int fd, struct client_address *address) {
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
        client_address_from_peer((struct sockaddr *)&peer, address);
    }
}

struct watch *watch_new(struct watch_table *table, int fd) {
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        return NULL;
    }
    watch->table = table;
    watch->fd = fd;
    atomic_init(&watch->phase, WATCH_NEW);
    atomic_init(&watch->since_us, time_monotonic_us());
    read_peer(fd, &watch->peer);
    client_address_format(&watch->peer, watch->peer_text);
    pthread_mutex_lock(&table->lock);
    watch->next = table->first;
    if (table->first) {
        table->first->previous = watch;
    }
    table->first = watch;
    pthread_mutex_unlock(&table->lock);
    return watch;
}

void watch_free(struct watch *watch) {
    struct watch_table *table = watch->table;
    pthread_mutex_lock(&table->lock);
    if (watch->previous) {
        watch->previous->next = watch->next;
    } else {
        table->first = watch->next;
    }
    if (watch->next) {
        watch->next->previous = watch->previous;
    }
    pthread_mutex_unlock(&table->lock);
    free(watch);
}

void watch_begin(struct watch *watch, struct exchange *exchange) {
    int64_t now = time_monotonic_us();
    pthread_mutex_lock(&watch->table->lock);
    int64_t since = watch->bytes_since_us ? watch->bytes_since_us : now;
    watch->bytes_since_us = 0;
    atomic_store_explicit(&watch->since_us, since, memory_order_relaxed);
    watch->exchange = exchange;
    atomic_store_explicit(&watch->phase, WATCH_HEAD, memory_order_release);
    pthread_mutex_unlock(&watch->table->lock);
}

void watch_enter(struct watch *watch, enum watch_phase phase) {
    atomic_store_explicit(&watch->phase, (int)phase, memory_order_release);
}

void watch_end(struct watch *watch) {
    int64_t now = time_monotonic_us();
    pthread_mutex_lock(&watch->table->lock);
    watch->exchange = NULL;
    atomic_store_explicit(&watch->since_us, now, memory_order_relaxed);
    atomic_store_explicit(&watch->phase, WATCH_IDLE, memory_order_release);
    pthread_mutex_unlock(&watch->table->lock);
}
