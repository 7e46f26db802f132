/* What spikes are told by: the last hour of teams, and their hours before. Team "" is the whole
 * account. */
#ifndef STORE_SPIKE_FACTS_H
#define STORE_SPIKE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/contact.h"
#include "domain/spike.h"
#include "store/db.h"

#define SPIKE_READ_MAX  500000 /* answers at one look: half a second's work for PostgreSQL */
#define SPIKE_WINDOW_US (INT64_C(60) * SPIKE_WINDOW_MINUTES * 1000000)

/* Whose, as seen when. */
struct spike_scene {
    struct db_connection *connection; /* lent */
    int64_t account_id;
    int64_t now_us;
};

/* Which teams: count names, which are lent; any is all that have something. */
struct team_choice {
    const char *const *teams;
    size_t count;
    bool any;
};

#define ANY_TEAM ((struct team_choice){.any = true})

struct team_window {
    char team[DIMENSION_BYTES_MAX + 1];
    struct trials answers; /* frustrated ones of all that count and have an estimate */
};

struct team_windows {
    struct team_window *windows; /* owned */
    size_t count;
};

void team_windows_clear(struct team_windows *list);

/* Of the SPIKE_WINDOW_US up to now, or the newest SPIKE_READ_MAX answers of the account in it;
 * teams without answers have no row. The caller clears *list either way. */
enum outcome load_team_windows(const struct spike_scene *scene, const struct team_choice *choice,
                               struct team_windows *list);

/* The frustrated ones of such a window, the newest first, at most room; *count says how many. */
enum outcome load_frustrated_ids(const struct spike_scene *scene, const char *team,
                                 struct uuid ids[], size_t room, size_t *count);

struct team_history {
    char team[DIMENSION_BYTES_MAX + 1];
    struct spike_history history;
};

struct team_histories {
    struct team_history *histories; /* owned */
    size_t count;
};

void team_histories_clear(struct team_histories *list);

/* From frustration_hours, at most limit teams, by name; teams without such hours have no row. The
 * caller clears *list either way. */
enum outcome load_team_histories(const struct spike_scene *scene, const struct team_choice *choice,
                                 size_t limit, struct team_histories *list);

/* How well spikes can be told, per team. */
struct team_outlook {
    char team[DIMENSION_BYTES_MAX + 1];
    struct spike_baseline baseline;
    struct spike_outlook outlook;
};

struct team_outlooks {
    struct team_outlook *outlooks; /* owned */
    size_t count;
};

void team_outlooks_clear(struct team_outlooks *list);

/* The whole account first, also where nothing is known of it, then at most limit teams by name.
 * Why one cannot be told: spike_doubt_append. The caller clears *list either way. */
enum outcome load_spike_outlook(const struct spike_scene *scene, double budget, size_t limit,
                                struct team_outlooks *list);

#endif
