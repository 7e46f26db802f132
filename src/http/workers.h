/* A bounded pool of threads for what may block, and its bounded queue. */
#ifndef HTTP_WORKERS_H
#define HTTP_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

struct workers;

/* Embedded in what is to be done; run gets it back on a worker. */
struct job {
    struct job *next;
    void (*run)(struct job *job);
};

struct workers_load {
    size_t waiting;
    size_t busy;
};

/* NULL when out of memory or threads. */
struct workers *workers_start(unsigned threads, unsigned queue_max);

/* Queues job; false when queue_max jobs are waiting. */
bool workers_submit(struct workers *workers, struct job *job);

/* Queues job past the limit: for the next piece of an answer that has begun. */
void workers_submit_always(struct workers *workers, struct job *job);

struct workers_load workers_load(struct workers *workers);

/* Runs what is queued, then ends the threads and frees everything. */
void workers_stop(struct workers *workers);

#endif
