/* What the files of housekeeping share. */
#ifndef JOBS_HOUSEKEEPING_PARTS_H
#define JOBS_HOUSEKEEPING_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "store/db.h"
#include "store/idempotency_expiry.h"

/* How far an account's idempotency keys are forgotten. */
struct progress {
    int64_t account_id;
    struct expiry_walk walk;
};

struct housekeeping {
    struct db *db;
    const struct sentiment_scorer *scorer;
    _Atomic(int64_t) view_days;
    _Atomic(int64_t) provisional_days;
    _Atomic(int64_t) delivery_days;
    _Atomic(int64_t) delivery_rows;
    _Atomic(int64_t) event_days;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct progress *progress; /* owned */
    size_t progress_count;
};

/* From any thread. */
bool housekeeping_stopping(struct housekeeping *housekeeping);

/* One step of one kind of work; *finished when there is no more of it for now. */
typedef enum outcome housekeeping_step(struct housekeeping *housekeeping,
                                       struct db_connection *connection, struct progress *progress,
                                       bool *finished);

/* All kinds, in the order in which an account's are done. */
extern housekeeping_step *const housekeeping_steps[];
extern const size_t housekeeping_step_count;

#endif
