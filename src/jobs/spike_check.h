/* One look at the teams of an account: what is a spike becomes an alert. */
#ifndef JOBS_SPIKE_CHECK_H
#define JOBS_SPIKE_CHECK_H

#include "domain/alert.h"
#include "jobs/touched_teams.h"
#include "store/spike_facts.h"

#define SPIKE_COOL_DOWN_US   (INT64_C(3600) * 1000000) /* after an alert was raised */
#define SPIKE_RESOLVES_US    (INT64_C(3600) * 1000000) /* without passing the threshold */
#define SPIKE_TOUCH_EVERY_US (INT64_C(60) * 1000000)
#define SPIKE_TEAMS_AT_ONCE  100 /* whose hours before are read together */

/* Raises alerts for those of the account's teams that have a spike and no alert yet. */
enum outcome check_spikes(const struct spike_scene *scene, const struct touched_account *account,
                          double budget);

/* Notes that an alert's team still passes the threshold, or resolves it when that was long ago. */
enum outcome check_alert(const struct spike_scene *scene, const struct alert *alert, double budget);

#endif
