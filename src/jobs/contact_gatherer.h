/* Adds the contacts that only answers know: one thread, small steps, in the time that others leave.
 */
#ifndef JOBS_CONTACT_GATHERER_H
#define JOBS_CONTACT_GATHERER_H

#include <stdint.h>

struct contact_gatherer;
struct db;

/*
 * Account by account, an answer's contact is recorded lag_s seconds after it was given, or a little
 * later; under load it lags further behind, for answers come first. Safe beside other instances.
 * db is lent. NULL when out of memory or threads.
 */
struct contact_gatherer *contact_gatherer_start(struct db *db, int64_t lag_s);

/* Ends after the step that is under way. */
void contact_gatherer_stop(struct contact_gatherer *gatherer);

#endif
