/* Page views on their way to the database: noted without waiting, written in batches. */
#ifndef INTAKE_VIEW_LOG_H
#define INTAKE_VIEW_LOG_H

#include <stdint.h>

#include "base/outcome.h"
#include "base/text.h"
#include "base/uuid.h"
#include "domain/answers.h"

struct db;
struct view_log;

/* One thread writes what was noted every 200 ms. db is lent. NULL when out of memory or threads. */
struct view_log *view_log_start(struct db *db);

/*
 * Notes that the page of an invitation was opened now, with what its link preselected; any thread.
 * It never blocks on the database: when more than fits waits for it, the view is counted as dropped
 * and forgotten.
 */
void view_log_add(struct view_log *log, int64_t account_id, const struct uuid *invitation_id,
                  const struct answers *preselected, int64_t viewed_at_us);

/* Writes everything noted before the call; may block, but for others that write only 2 s. On
 * failure it stays noted. */
enum outcome view_log_flush(struct view_log *log);

/* Writes what is left (trying again for deadline_ms when the database is away) and frees
 * everything. */
void view_log_stop(struct view_log *log, unsigned deadline_ms);

/* Appends Prometheus metrics: views written and dropped. */
void view_log_append_metrics(struct view_log *log, struct text *text);

#endif
