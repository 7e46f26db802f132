#include "jobs/spike_check.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "store/alert.h"

#define ALERTS_MAX 1000 /* of one account, unresolved */

/* ---- facts ---- */

/* The whole account and its touched teams; the names stay the account's. */
static size_t name_teams(const struct touched_account *account,
                         const char *teams[TOUCHED_TEAMS_MAX + 1]) {
    size_t count = 0;
    teams[count++] = "";
    for (size_t i = 0; i < account->team_count; i++) {
        teams[count++] = account->teams[i];
    }
    return count;
}

static const struct trials *window_of(const struct team_windows *windows, const char *team) {
    static const struct trials nothing;
    for (size_t i = 0; i < windows->count; i++) {
        if (strcmp(windows->windows[i].team, team) == 0) {
            return &windows->windows[i].answers;
        }
    }
    return &nothing;
}

static struct spike_facts facts_of(const struct team_history *known, double budget) {
    struct spike_facts facts = {.baseline = spike_baseline_of(&known->history)};
    facts.alpha = spike_alpha_of(&facts.baseline, budget);
    return facts;
}

/* ---- raising ---- */

static struct alert alert_of(const struct spike_scene *scene, const char *team,
                             const struct spike_facts *facts) {
    struct alert alert = ALERT_NONE;
    alert.account_id = scene->account_id;
    memcpy(alert.team, team, strnlen(team, DIMENSION_BYTES_MAX));
    alert.raised_at_us = scene->now_us;
    alert.frustrated = (int)facts->window.x;
    alert.n = (int)facts->window.n;
    alert.window_from_us = scene->now_us - SPIKE_WINDOW_US;
    alert.baseline_frustrated = (int)facts->baseline.usual.x;
    alert.baseline_n = (int)facts->baseline.usual.n;
    alert.alpha = facts->alpha;
    return alert;
}

static void log_alert(const struct alert *alert) {
    CLEANUP(text_clear) struct text words = {0};
    alert_append_text(&words, alert);
    if (words.bytes) {
        log_info("an alert of account %lld: %s", (long long)alert->account_id, words.bytes);
    }
}

static enum outcome raise(const struct spike_scene *scene, const char *team,
                          const struct spike_facts *facts, double p) {
    CLEANUP(alert_clear) struct alert alert = alert_of(scene, team, facts);
    bool raised = false;
    alert.p = p;
    enum outcome outcome = load_frustrated_ids(scene, team, alert.response_ids, ALERT_RESPONSES_MAX,
                                               &alert.response_count);
    if (outcome == OUTCOME_OK) {
        outcome = raise_alert(scene->connection, &alert, SPIKE_COOL_DOWN_US, &raised);
    }
    if (raised) {
        log_alert(&alert);
    }
    return outcome;
}

static bool has_alert(const struct alert_list *unresolved, const char *team) {
    for (size_t i = 0; i < unresolved->count; i++) {
        if (strcmp(unresolved->alerts[i].team, team) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether an alert is on is asked once for all teams, and only when there is a spike. */
static enum outcome raise_unless_on(const struct spike_scene *scene, const char *team,
                                    const struct spike_facts *facts, double p) {
    CLEANUP(alert_list_clear) struct alert_list unresolved = {0};
    enum outcome outcome =
        load_unresolved_alerts(scene->connection, scene->account_id, ALERTS_MAX, &unresolved);
    if (outcome != OUTCOME_OK || has_alert(&unresolved, team)) {
        return outcome;
    }
    return raise(scene, team, facts, p);
}

/* ---- judging ---- */

static enum outcome judge_team(const struct spike_scene *scene, const char *team,
                               struct spike_facts *facts, const struct team_windows *windows) {
    facts->window = *window_of(windows, team);
    struct spike_judgement judgement = spike_judge(facts);
    return judgement.exceeded ? raise_unless_on(scene, team, facts, judgement.p) : OUTCOME_OK;
}

/* Whether so much is known of the account that anything could be a spike in any of its teams. */
static enum outcome find_usual(const struct spike_scene *scene, bool *known) {
    static const char *const whole = "";
    struct team_choice choice = {.teams = &whole, .count = 1};
    CLEANUP(team_histories_clear) struct team_histories list = {0};
    enum outcome outcome = load_team_histories(scene, &choice, 1, &list);
    *known = outcome == OUTCOME_OK && list.count == 1 &&
             list.histories[0].history.answers >= SPIKE_BASELINE_MIN &&
             list.histories[0].history.days >= SPIKE_BASELINE_AGE;
    return outcome;
}

static enum outcome judge_teams(const struct spike_scene *scene, const struct team_choice *choice,
                                const struct team_windows *windows, double budget) {
    CLEANUP(team_histories_clear) struct team_histories known = {0};
    enum outcome outcome = load_team_histories(scene, choice, choice->count, &known);
    for (size_t i = 0; outcome == OUTCOME_OK && i < known.count; i++) {
        struct spike_facts facts = facts_of(&known.histories[i], budget);
        outcome = judge_team(scene, known.histories[i].team, &facts, windows);
    }
    return outcome;
}

/* Those of them that could have a spike, a few at a time: their hours before are many. */
static enum outcome judge_windows(const struct spike_scene *scene,
                                  const struct team_windows *windows, double budget) {
    const char *teams[SPIKE_TEAMS_AT_ONCE];
    size_t count = 0;
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; outcome == OUTCOME_OK && i < windows->count; i++) {
        if (windows->windows[i].answers.x >= SPIKE_FRUSTRATED_MIN) {
            teams[count++] = windows->windows[i].team;
        }
        if (count == SPIKE_TEAMS_AT_ONCE || (count > 0 && i + 1 == windows->count)) {
            struct team_choice choice = {.teams = teams, .count = count};
            outcome = judge_teams(scene, &choice, windows, budget);
            count = 0;
        }
    }
    return outcome;
}

enum outcome check_spikes(const struct spike_scene *scene, const struct touched_account *account,
                          double budget) {
    const char *teams[TOUCHED_TEAMS_MAX + 1];
    struct team_choice choice = {
        .teams = teams, .count = name_teams(account, teams), .any = account->all_teams};
    CLEANUP(team_windows_clear) struct team_windows windows = {0};
    bool known = false;
    enum outcome outcome = find_usual(scene, &known);
    if (outcome == OUTCOME_OK && known) {
        outcome = load_team_windows(scene, &choice, &windows);
    }
    return outcome == OUTCOME_OK ? judge_windows(scene, &windows, budget) : outcome;
}

/* ---- an alert that is on ---- */

static enum outcome judge_alert(const struct spike_scene *scene, const struct alert *alert,
                                double budget, bool *exceeded) {
    const char *team = alert->team;
    struct team_choice choice = {.teams = &team, .count = 1};
    CLEANUP(team_histories_clear) struct team_histories known = {0};
    CLEANUP(team_windows_clear) struct team_windows windows = {0};
    enum outcome outcome = load_team_histories(scene, &choice, 1, &known);
    *exceeded = false;
    if (outcome == OUTCOME_OK && known.count == 1) {
        outcome = load_team_windows(scene, &choice, &windows);
    }
    if (outcome == OUTCOME_OK && known.count == 1) {
        struct spike_facts facts = facts_of(&known.histories[0], budget);
        facts.window = *window_of(&windows, team);
        *exceeded = spike_judge(&facts).exceeded;
    }
    return outcome;
}

static enum outcome resolve(const struct spike_scene *scene, const struct alert *alert) {
    CLEANUP(alert_clear) struct alert resolved = ALERT_NONE;
    struct alert_order order = {
        .account_id = alert->account_id, .alert_id = alert->id, .at_us = scene->now_us};
    enum outcome outcome = store_resolution(scene->connection, &order, &resolved);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome check_alert(const struct spike_scene *scene, const struct alert *alert,
                         double budget) {
    bool exceeded;
    int64_t since_us = scene->now_us - alert->exceeded_at_us;
    if (since_us < SPIKE_TOUCH_EVERY_US) {
        return OUTCOME_OK; /* it was looked at just now */
    }
    enum outcome outcome = judge_alert(scene, alert, budget, &exceeded);
    if (outcome == OUTCOME_OK && exceeded) {
        return touch_alert(scene->connection, alert->account_id, &alert->id, scene->now_us);
    }
    return outcome == OUTCOME_OK && since_us >= SPIKE_RESOLVES_US ? resolve(scene, alert) : outcome;
}
