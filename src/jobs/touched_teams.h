/* Which teams got answers since somebody last looked: bounded, and never waited for. */
#ifndef JOBS_TOUCHED_TEAMS_H
#define JOBS_TOUCHED_TEAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/contact.h"

#define TOUCHED_ACCOUNTS_MAX 64
#define TOUCHED_TEAMS_MAX    16

/* An account of which answers came in; the whole of it, team "", is meant in any case. */
struct touched_account {
    int64_t account_id;
    bool all_teams; /* too many to name */
    size_t team_count;
    char teams[TOUCHED_TEAMS_MAX][DIMENSION_BYTES_MAX + 1];
    int64_t given_us; /* the earliest instant that one of them was, or had been, given */
};

struct touched_teams {
    size_t count;
    bool everything; /* too many accounts to name, or nobody knows which */
    struct touched_account accounts[TOUCHED_ACCOUNTS_MAX];
};

/* team may be NULL. An account that finds no room makes it everything. */
void touched_teams_add(struct touched_teams *touched, int64_t account_id, const char *team,
                       int64_t given_us);

/* The account is to be looked at again, all its teams. */
void touched_teams_add_whole(struct touched_teams *touched, int64_t account_id, int64_t given_us);

/* Moves one account out; false when there is none. The others keep their turn. */
bool touched_teams_take(struct touched_teams *touched, struct touched_account *account);

bool touched_teams_empty(const struct touched_teams *touched);

#endif
