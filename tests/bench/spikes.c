/*
 * The spike detector (domain/spike.h) over simulated teams: `spikes TEAMS ANSWERS_PER_HOUR` writes
 * a line of JSON for each usual share and each correlation of answers within an hour. A team
 * answers for four weeks, is watched for the next four, which has only false alarms, and then has a
 * spike to 45 %. Everything that a team is judged by is estimated from its own answers. The seed is
 * fixed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "domain/spike.h"
#include "random.h"

#define BUDGET         0.25
#define WEEK_HOURS     60 /* open ones; the others do not exist here */
#define WEEKS          4  /* before, and watched */
#define HOURS          (2 * WEEKS * WEEK_HOURS)
#define SPIKE_SHARE    0.45
#define SPIKE_OF       0.15 /* the usual share whose spikes are timed */
#define SPIKE_ENDS     (100.0 * WEEK_HOURS)
#define WINDOW_MAX     1024 /* answers */
#define QUANTILE_95    1.6448536269514722
#define SEED           UINT64_C(20261128)
#define TEAMS_MAX      100000
#define WITHIN_AN_HOUR 60
#define SPIKES_A_TEAM  8

/* A baseline with the least number of frustrated answers for each n, once it was asked. */
struct known {
    struct spike_facts facts;
    int64_t least[WINDOW_MAX]; /* -1: not asked yet */
};

/* One who watches the team's answers; another watches them without regard to correlation. */
struct watcher {
    bool plain;
    bool alarmed[HOURS]; /* hours that are in no baseline */
    struct spike_history history;
    struct known week;
    struct known alike; /* of an hour of the week that differs */
    struct known *now;
    double quiet_until;
    unsigned alarms;
};

struct window {
    double at[WINDOW_MAX];
    bool frustrated[WINDOW_MAX];
    unsigned first;
    unsigned end;
    int64_t k;
};

struct team {
    struct random random;
    double per_hour;
    double rate;
    double rho;
    struct trials hours[HOURS];
    struct window window;
    double now; /* hours */
    double share;
    int hour; /* that share is of */
    struct watcher watchers[2];
};

static void know(struct known *known, const struct spike_baseline *baseline) {
    known->facts.baseline = *baseline;
    known->facts.alpha = spike_alpha_of(baseline, BUDGET);
    memset(known->least, -1, sizeof known->least);
}

static bool is_spike(struct known *known, const struct window *window) {
    int64_t n = window->end - window->first;
    if (known->least[n] < 0) {
        known->least[n] = spike_least(&known->facts, n);
    }
    return known->least[n] > 0 && window->k >= known->least[n];
}

static struct spike_baseline baseline_of(const struct watcher *watcher) {
    struct spike_baseline baseline = spike_baseline_of(&watcher->history);
    if (watcher->plain) {
        baseline.rho = 0;
    }
    return baseline;
}

static void begin_week(struct watcher *watcher, const struct trials hours[], int hour) {
    watcher->history = (struct spike_history){.open_hours = WEEK_HOURS, .days = 7 * WEEKS};
    for (int i = hour - WEEKS * WEEK_HOURS; i < hour; i++) {
        watcher->history.answers += hours[i].n;
        if (!watcher->alarmed[i]) {
            spike_hours_add(&watcher->history.hours, &hours[i]);
        }
    }
    struct spike_baseline baseline = baseline_of(watcher);
    know(&watcher->week, &baseline);
}

static void begin_hour(struct watcher *watcher, const struct trials hours[], int hour) {
    if (hour % WEEK_HOURS == 0) {
        begin_week(watcher, hours, hour);
    }
    watcher->history.alike = (struct spike_hours){0};
    for (int i = hour - WEEK_HOURS; i >= hour - WEEKS * WEEK_HOURS; i -= WEEK_HOURS) {
        if (!watcher->alarmed[i]) {
            spike_hours_add(&watcher->history.alike, &hours[i]);
        }
    }
    struct spike_baseline baseline = baseline_of(watcher);
    watcher->now = &watcher->week;
    if (baseline.usual.n != watcher->week.facts.baseline.usual.n) {
        know(&watcher->alike, &baseline);
        watcher->now = &watcher->alike;
    }
}

/* As production does: an alert lasts until nothing was exceeded for an hour. */
static void watch(struct watcher *watcher, const struct team *team) {
    if (!is_spike(watcher->now, &team->window)) {
        return;
    }
    watcher->alarms += team->now >= watcher->quiet_until;
    watcher->quiet_until = team->now + 1;
    watcher->alarmed[team->hour] = watcher->alarmed[team->hour - 1] = true;
}

static void window_add(struct window *window, double now, bool frustrated) {
    window->at[window->end % WINDOW_MAX] = now;
    window->frustrated[window->end % WINDOW_MAX] = frustrated;
    window->end++;
    window->k += frustrated;
    while (window->at[window->first % WINDOW_MAX] <= now - 1) {
        window->k -= window->frustrated[window->first % WINDOW_MAX];
        window->first++;
    }
}

/* The next answer's time; every hour has a share of its own. */
static void step(struct team *team, double rate) {
    team->now += random_gap(&team->random) / team->per_hour;
    while (team->hour < (int)team->now) {
        team->hour++;
        team->share = random_share(&team->random, rate, team->rho);
    }
}

static void live(struct team *team) {
    team->hour = -1;
    int begun = WEEKS * WEEK_HOURS - 1;
    for (step(team, team->rate); team->now < HOURS; step(team, team->rate)) {
        bool frustrated = random_unit(&team->random) < team->share;
        for (; team->hour > begun; begun++) {
            for (size_t i = 0; i < COUNT(team->watchers); i++) {
                begin_hour(&team->watchers[i], team->hours, begun + 1);
            }
        }
        team->hours[team->hour].n++;
        team->hours[team->hour].x += frustrated;
        window_add(&team->window, team->now, frustrated);
        for (size_t i = 0; team->hour >= WEEKS * WEEK_HOURS && i < COUNT(team->watchers); i++) {
            watch(&team->watchers[i], team);
        }
    }
}

/* Minutes until an alarm, from the instant on from which answers are frustrated more often. */
static double spike_minutes(struct team *before, struct known *known) {
    static struct team team;
    team = *before;
    team.now = HOURS;
    team.hour = HOURS - 1;
    for (step(&team, SPIKE_SHARE); team.now < HOURS + SPIKE_ENDS; step(&team, SPIKE_SHARE)) {
        window_add(&team.window, team.now, random_unit(&team.random) < team.share);
        if (is_spike(known, &team.window)) {
            break;
        }
    }
    before->random = team.random;
    return (team.now - HOURS) * 60;
}

/* The team as that of the published table's delays: its four weeks were just what its rate says,
 * and its answers are known not to resemble each other. */
static void know_typical(const struct team *team, struct known *known) {
    struct spike_baseline baseline = team->watchers[0].week.facts.baseline;
    baseline.rho = 0;
    double n = WEEKS * WEEK_HOURS * team->per_hour;
    baseline.usual = (struct trials){llround(n * team->rate), llround(n)};
    baseline.answers_per_hour = team->per_hour;
    know(known, &baseline);
}

/* What became of all teams of one kind. */
struct outcome_of_teams {
    unsigned teams;
    double alarms[2]; /* a team-week, added up */
    double squares[2];
    unsigned spikes;
    double drawn[TEAMS_MAX * SPIKES_A_TEAM]; /* minutes */
    double typical[TEAMS_MAX * SPIKES_A_TEAM];
};

/* The one-sided 95 % upper bound of a mean over teams, and of a Poisson mean, where few alarmed. */
static double upper_bound(const struct outcome_of_teams *all, int which) {
    double teams = all->teams;
    double mean = all->alarms[which] / teams;
    double variance = (all->squares[which] / teams - mean * mean) / teams;
    double count = mean * teams * WEEKS + 1;
    double root = 1 - 1 / (9 * count) + QUANTILE_95 / (3 * sqrt(count));
    double poisson = count * root * root * root / (teams * WEEKS); /* Wilson and Hilferty */
    return fmax(mean + QUANTILE_95 * sqrt(variance), poisson);
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one;
    double b = *(const double *)other;
    return (a > b) - (a < b);
}

static void write_delays(const char *name, double minutes[], unsigned count) {
    unsigned within = 0;
    qsort(minutes, count, sizeof *minutes, by_size);
    while (within < count && minutes[within] <= WITHIN_AN_HOUR) {
        within++;
    }
    printf(", \"%s\": {\"median\": %.1f, \"p90\": %.1f, \"within\": %.4f}", name,
           minutes[count / 2], minutes[count * 9 / 10], (double)within / count);
}

static void simulate(struct outcome_of_teams *all, unsigned teams, double per_hour, double rate,
                     double rho, unsigned cell) {
    static struct team team;
    static struct known typical;
    *all = (struct outcome_of_teams){.teams = teams};
    for (unsigned i = 0; i < teams; i++) {
        team = (struct team){.per_hour = per_hour, .rate = rate, .rho = rho};
        team.random = random_begin(SEED + ((uint64_t)cell << 32) + i);
        team.watchers[1].plain = true;
        live(&team);
        for (int which = 0; which < 2; which++) {
            double a_week = (double)team.watchers[which].alarms / WEEKS;
            all->alarms[which] += a_week;
            all->squares[which] += a_week * a_week;
        }
        for (unsigned spike = 0; rate == SPIKE_OF && spike < SPIKES_A_TEAM; spike++) {
            know_typical(&team, &typical);
            all->drawn[all->spikes] = spike_minutes(&team, &team.watchers[0].week);
            all->typical[all->spikes++] = spike_minutes(&team, &typical);
        }
    }
}

static void write_cell(struct outcome_of_teams *all, double per_hour, double rate, double rho) {
    double teams = all->teams;
    printf("{\"per_hour\": %g, \"rate\": %g, \"rho\": %g, \"teams\": %.0f"
           ", \"false\": %.4f, \"bound\": %.4f, \"plain_false\": %.4f, \"plain_bound\": %.4f",
           per_hour, rate, rho, teams, all->alarms[0] / teams, upper_bound(all, 0),
           all->alarms[1] / teams, upper_bound(all, 1));
    if (rate == SPIKE_OF) {
        write_delays("drawn", all->drawn, all->spikes);
        write_delays("typical", all->typical, all->spikes);
    }
    printf("}\n");
    fflush(stdout);
}

int main(int argc, char **argv) {
    static const double rates[] = {.05, SPIKE_OF, .30};
    static const double correlations[] = {0, .02, .05};
    static struct outcome_of_teams all;
    unsigned teams = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    double per_hour = argc == 3 ? strtod(argv[2], NULL) : 0;
    if (teams == 0 || teams > TEAMS_MAX || !(per_hour > 0 && per_hour <= WINDOW_MAX / 4)) {
        fprintf(stderr, "usage: spikes TEAMS ANSWERS_PER_HOUR\n");
        return 1;
    }
    unsigned cell = (unsigned)llround(per_hour) * 100;
    for (size_t c = 0; c < COUNT(correlations); c++) {
        for (size_t r = 0; r < COUNT(rates); r++) {
            simulate(&all, teams, per_hour, rates[r], correlations[c], cell++);
            write_cell(&all, per_hour, rates[r], correlations[c]);
        }
    }
    return 0;
}
