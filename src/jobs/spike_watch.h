/* Watches for spikes of frustration, as answers come in: one thread. */
#ifndef JOBS_SPIKE_WATCH_H
#define JOBS_SPIKE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct spike_watch;
struct survey_response;

struct spike_watch_options {
    struct db *db;        /* lent */
    bool enabled;         /* false: no alert is raised, nor ended */
    int64_t budget_milli; /* false alarms of each team in a thousand weeks */
};

/*
 * At its start, and whenever it lost track, it looks at every team with answers in the last hour;
 * safe beside other instances, for what counts is in the database, which also decides who raises an
 * alert. NULL when out of memory or threads.
 */
struct spike_watch *spike_watch_start(const struct spike_watch_options *options);

/* From any thread, soon and without waiting for the database: an answer counts, for the first time
 * or changed. context is the watch: this is an answer_told of intake's. */
void spike_watch_touch(void *context, const struct survey_response *response);

/* From any thread: the options that are reloaded. */
void spike_watch_set(struct spike_watch *watch, bool enabled, int64_t budget_milli);

/* Ends after the look that is under way. Nobody touches it any more. */
void spike_watch_stop(struct spike_watch *watch);

#endif
