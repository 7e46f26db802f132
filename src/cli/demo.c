#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/demo_fill.h"
#include "cli/own_intake.h"
#include "store/frustration_hours.h"
#include "store/survey.h"

#define ANSWERS_MAX     INT64_C(100000000)
#define DAYS_MIN        14
#define DAYS_MAX        3650
#define DATE_LENGTH     10
#define REDRAW_EVERY_US (US_PER_SECOND / 5)

static double seconds_since(int64_t start_us) {
    return (double)(time_monotonic_us() - start_us + 1) / (double)US_PER_SECOND;
}

/* On a terminal, now and then. */
static void draw_progress(const struct demo *demo, int64_t started_us, int64_t *drawn_us) {
    int64_t now_us = time_monotonic_us();
    if (isatty(STDERR_FILENO) && now_us - *drawn_us > REDRAW_EVERY_US) {
        *drawn_us = now_us;
        fprintf(stderr, "\r%" PRId64 " of %" PRId64 " answers, %.0f a second ", demo->answers,
                demo->wanted, (double)demo->answers / seconds_since(started_us));
    }
}

static bool fill(struct demo *demo, int64_t started_us) {
    int64_t drawn_us = 0;
    bool good = true;
    while (good && demo->answers < demo->wanted) {
        good = demo_step(demo);
        draw_progress(demo, started_us, &drawn_us);
    }
    demo_wait(&demo->tally, 0);
    if (drawn_us) {
        fputc('\n', stderr);
    }
    return good;
}

static void print_bad_week(const struct demo_plan *plan) {
    char first[TIME_TEXT_SIZE];
    char last[TIME_TEXT_SIZE];
    time_format(plan->bad_from_us, first);
    time_format(plan->bad_to_us - 1, last);
    printf("team %s had a bad week from %.*s to %.*s\n", demo_team_name(plan->bad_team),
           DATE_LENGTH, first, DATE_LENGTH, last);
}

static int conclude(const struct demo *demo, bool good, double seconds) {
    const struct tally *tally = &demo->tally;
    double rows = (double)(demo->invited + demo->skipped + tally->counted + tally->held);
    printf("%" PRId64 " contacts invited, %" PRId64 " answers counted, %" PRId64
           " held as provisional; %.1f s, %.0f rows a second\n",
           demo->invited, tally->counted, tally->held, seconds, rows / seconds);
    if (demo->skipped) {
        printf("%" PRId64 " customers were not asked: they had been lately, or have no address\n",
               demo->skipped);
    }
    if (demo->existing) {
        printf("%" PRId64 " contacts were there before and stay as they are\n", demo->existing);
    }
    print_bad_week(&demo->plan);
    if (!good || tally->lost) {
        fprintf(stderr, "understood: not everything could be stored (see above)\n");
    }
    return good && !tally->lost ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(struct demo *demo) {
    int64_t started_us = time_monotonic_us();
    pthread_mutex_init(&demo->tally.lock, NULL);
    pthread_cond_init(&demo->tally.fewer, NULL);
    bool good = fill(demo, started_us);
    int status = conclude(demo, good, seconds_since(started_us));
    pthread_cond_destroy(&demo->tally.fewer);
    pthread_mutex_destroy(&demo->tally.lock);
    return status;
}

static int fill_account(const struct database *database, const struct config *config,
                        struct demo *demo, int64_t account_id, const char *survey) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database->db);
    enum outcome outcome = connection ? load_survey(connection, account_id, survey, &demo->survey)
                                      : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_NOT_FOUND) {
        fprintf(stderr, "understood: account %" PRId64 " has no survey %s\n", account_id, survey);
    }
    demo->unsent = demo->survey;
    demo->unsent.expires_after_days = 0;
    struct own_intake_options wanted = {
        .lanes = 1, /* one account, one lane */
        .batch_max = (unsigned)config->intake.batch_max,
        .queue_max = (unsigned)config->intake.queue_max,
    };
    demo->connection = connection;
    struct own_intake own = {0};
    if (outcome != OUTCOME_OK || !own_intake_start(&own, database, config, &wanted)) {
        return EXIT_FAILURE;
    }
    demo->intake = own.intake;
    int status = run(demo);
    own_intake_stop(&own);
    forget_frustration_hours(connection, account_id, 0);
    return status;
}

int run_demo(const struct invocation *invocation) {
    int64_t account_id;
    int64_t answers;
    int64_t seed;
    int64_t days;
    if (!invocation_number(invocation, "account", 1, INT64_MAX, &account_id) ||
        !invocation_number(invocation, "answers", 1, ANSWERS_MAX, &answers) ||
        !invocation_number(invocation, "seed", 0, INT64_MAX, &seed) ||
        !invocation_number(invocation, "days", DAYS_MIN, DAYS_MAX, &days)) {
        return EXIT_USAGE;
    }
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    struct demo demo = {
        .plan = demo_plan_of((uint64_t)seed, (int)days, time_now_us()),
        .survey = SURVEY_DEFAULT,
        .wanted = answers,
    };
    int status = fill_account(&database, &invocation->config, &demo, account_id,
                              invocation_option(invocation, "survey"));
    survey_clear(&demo.survey);
    return status;
}
