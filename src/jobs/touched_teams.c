#include "jobs/touched_teams.h"

#include <string.h>

static struct touched_account *find(struct touched_teams *touched, int64_t account_id) {
    for (size_t i = 0; i < touched->count; i++) {
        if (touched->accounts[i].account_id == account_id) {
            return &touched->accounts[i];
        }
    }
    return NULL;
}

/* NULL when there is no room. */
static struct touched_account *find_or_add(struct touched_teams *touched, int64_t account_id,
                                           int64_t given_us) {
    struct touched_account *account = find(touched, account_id);
    if (!account && touched->count < TOUCHED_ACCOUNTS_MAX) {
        account = &touched->accounts[touched->count++];
        account->account_id = account_id;
        account->all_teams = false;
        account->team_count = 0;
        account->given_us = given_us;
    }
    if (account && given_us < account->given_us) {
        account->given_us = given_us;
    }
    touched->everything = touched->everything || !account;
    return account;
}

static bool has_team(const struct touched_account *account, const char *team) {
    for (size_t i = 0; i < account->team_count; i++) {
        if (strcmp(account->teams[i], team) == 0) {
            return true;
        }
    }
    return false;
}

void touched_teams_add(struct touched_teams *touched, int64_t account_id, const char *team,
                       int64_t given_us) {
    struct touched_account *account = find_or_add(touched, account_id, given_us);
    if (!account || !team || account->all_teams || has_team(account, team)) {
        return;
    }
    account->all_teams = account->team_count == TOUCHED_TEAMS_MAX;
    if (!account->all_teams) {
        strncpy(account->teams[account->team_count++], team, DIMENSION_BYTES_MAX + 1);
    }
}

void touched_teams_add_whole(struct touched_teams *touched, int64_t account_id, int64_t given_us) {
    struct touched_account *account = find_or_add(touched, account_id, given_us);
    if (account) {
        account->all_teams = true;
    }
}

bool touched_teams_take(struct touched_teams *touched, struct touched_account *account) {
    if (touched->count == 0) {
        return false;
    }
    *account = touched->accounts[0];
    touched->count--;
    memmove(&touched->accounts[0], &touched->accounts[1],
            touched->count * sizeof touched->accounts[0]);
    return true;
}

bool touched_teams_empty(const struct touched_teams *touched) {
    return touched->count == 0 && !touched->everything;
}
