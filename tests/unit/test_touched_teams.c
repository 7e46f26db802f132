/* What is to be looked at is bounded, and nothing of it is lost. */
#include <stdio.h>
#include <string.h>

#include "../support/test.h"
#include "jobs/touched_teams.h"

static struct touched_teams touched;

static int start(void **state) {
    (void)state;
    touched = (struct touched_teams){0};
    return 0;
}

static void teams_are_named_once_each(void **state) {
    (void)state;
    struct touched_account account;
    touched_teams_add(&touched, 1, "Billing", 30);
    touched_teams_add(&touched, 1, "Sales", 20);
    touched_teams_add(&touched, 1, "Billing", 40);
    touched_teams_add(&touched, 1, NULL, 50);
    assert_true(touched_teams_take(&touched, &account));
    assert_int_equal(account.account_id, 1);
    assert_int_equal(account.team_count, 2);
    assert_string_equal(account.teams[0], "Billing");
    assert_string_equal(account.teams[1], "Sales");
    assert_int_equal(account.given_us, 20);
    assert_false(account.all_teams);
    assert_true(touched_teams_empty(&touched));
    assert_false(touched_teams_take(&touched, &account));
}

static void accounts_keep_their_turn(void **state) {
    (void)state;
    struct touched_account account;
    for (int64_t id = 3; id > 0; id--) {
        touched_teams_add(&touched, id, NULL, 0);
    }
    for (int64_t id = 3; id > 0; id--) {
        assert_true(touched_teams_take(&touched, &account));
        assert_int_equal(account.account_id, id);
        assert_int_equal(account.team_count, 0);
    }
}

static void too_many_teams_are_all_of_them(void **state) {
    (void)state;
    struct touched_account account;
    char team[16];
    for (int i = 0; i < 10 * TOUCHED_TEAMS_MAX; i++) {
        snprintf(team, sizeof team, "team %d", i);
        touched_teams_add(&touched, 1, team, 0);
    }
    assert_true(touched_teams_take(&touched, &account));
    assert_true(account.all_teams);
    touched_teams_add_whole(&touched, 1, 7);
    assert_true(touched_teams_take(&touched, &account));
    assert_true(account.all_teams);
    assert_int_equal(account.given_us, 7);
}

static void too_many_accounts_are_everything(void **state) {
    (void)state;
    struct touched_account account;
    for (int64_t id = 1; id <= TOUCHED_ACCOUNTS_MAX; id++) {
        touched_teams_add(&touched, id, "Billing", 0);
    }
    assert_false(touched.everything);
    touched_teams_add(&touched, TOUCHED_ACCOUNTS_MAX + 1, "Billing", 0);
    assert_true(touched.everything);
    for (int64_t id = 1; id <= TOUCHED_ACCOUNTS_MAX; id++) {
        assert_true(touched_teams_take(&touched, &account));
        assert_int_equal(account.account_id, id);
    }
    assert_false(touched_teams_empty(&touched));
}

static void the_longest_name_of_a_team_is_kept_whole(void **state) {
    (void)state;
    struct touched_account account;
    char team[DIMENSION_BYTES_MAX + 1];
    memset(team, 'x', DIMENSION_BYTES_MAX);
    team[DIMENSION_BYTES_MAX] = '\0';
    touched_teams_add(&touched, 1, team, 0);
    touched_teams_take(&touched, &account);
    assert_string_equal(account.teams[0], team);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(teams_are_named_once_each, start),
        cmocka_unit_test_setup(accounts_keep_their_turn, start),
        cmocka_unit_test_setup(too_many_teams_are_all_of_them, start),
        cmocka_unit_test_setup(too_many_accounts_are_everything, start),
        cmocka_unit_test_setup(the_longest_name_of_a_team_is_kept_whole, start),
    };
    return RUN(tests);
}
