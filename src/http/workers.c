#include "http/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *first;
    struct job **last;
    size_t waiting;
    size_t busy;
    size_t queue_max;
    bool stopping;
    unsigned thread_count;
    pthread_t threads[];
};

/* Under the lock. */
static struct job *take(struct workers *workers) {
    struct job *job = workers->first;
    workers->first = job->next;
    if (!workers->first) {
        workers->last = &workers->first;
    }
    workers->waiting--;
    return job;
}

static void *work(void *context) {
    struct workers *workers = context;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->first && !workers->stopping) {
            pthread_cond_wait(&workers->wake, &workers->lock);
        }
        if (!workers->first) {
            break;
        }
        struct job *job = take(workers);
        workers->busy++;
        pthread_mutex_unlock(&workers->lock);
        job->run(job);
        pthread_mutex_lock(&workers->lock);
        workers->busy--;
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

struct workers *workers_start(unsigned threads, unsigned queue_max) {
    struct workers *workers = calloc(1, sizeof *workers + threads * sizeof workers->threads[0]);
    if (!workers) {
        return NULL;
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    workers->last = &workers->first;
    workers->queue_max = queue_max;
    while (workers->thread_count < threads) {
        if (pthread_create(&workers->threads[workers->thread_count], NULL, work, workers) != 0) {
            workers_stop(workers);
            return NULL;
        }
        workers->thread_count++;
    }
    return workers;
}

/* Under the lock. */
static void append(struct workers *workers, struct job *job) {
    job->next = NULL;
    *workers->last = job;
    workers->last = &job->next;
    workers->waiting++;
    pthread_cond_signal(&workers->wake);
}

bool workers_submit(struct workers *workers, struct job *job) {
    pthread_mutex_lock(&workers->lock);
    bool room = workers->waiting < workers->queue_max;
    if (room) {
        append(workers, job);
    }
    pthread_mutex_unlock(&workers->lock);
    return room;
}

void workers_submit_always(struct workers *workers, struct job *job) {
    pthread_mutex_lock(&workers->lock);
    append(workers, job);
    pthread_mutex_unlock(&workers->lock);
}

struct workers_load workers_load(struct workers *workers) {
    pthread_mutex_lock(&workers->lock);
    struct workers_load load = {workers->waiting, workers->busy};
    pthread_mutex_unlock(&workers->lock);
    return load;
}

void workers_stop(struct workers *workers) {
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++) {
        pthread_join(workers->threads[i], NULL);
    }
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
