/* Today's scores, told when they changed. */
#include <stdlib.h>
#include <string.h>

#include "api/metrics_answer.h"
#include "api/metrics_json.h"
#include "api/stream_hub_parts.h"
#include "base/cleanup.h"
#include "store/metrics.h"

#define SCORES_EVERY_US (5 * US_PER_SECOND)
#define VIEWS_MAX       32 /* worked out in one turn for one account; the rest in the next ones */

/* ---- what changed; under the lock ---- */

static bool same(const char *one, const char *other) {
    return one == other || (one && other && strcmp(one, other) == 0);
}

static bool noted(const struct streamed_account *account, const struct stream_subject *subject) {
    for (size_t i = 0; i < account->change_count; i++) {
        if (same(account->changes[i].survey, subject->survey) &&
            same(account->changes[i].team, subject->team)) {
            return true;
        }
    }
    return false;
}

/* Of more than CHANGES_MAX at once the last are told with their next answer. */
void hub_note_change(struct streamed_account *account, const struct stream_subject *subject) {
    if (!subject->survey || account->change_count == CHANGES_MAX || noted(account, subject)) {
        return;
    }
    struct stream_change change = {
        .survey = strdup(subject->survey),
        .team = subject->team ? strdup(subject->team) : NULL,
    };
    if (!change.survey || (subject->team && !change.team)) {
        free(change.survey);
        free(change.team);
        return;
    }
    account->changes[account->change_count++] = change;
}

void hub_forget_changes(struct streamed_account *account) {
    for (size_t i = 0; i < account->change_count; i++) {
        free(account->changes[i].survey);
        free(account->changes[i].team);
    }
    account->change_count = 0;
}

/* ---- what is to be told ---- */

/* The scores that some listeners want: of a survey, and of one team or of all. */
struct scores_view {
    char *survey; /* owned, as team */
    char *team;
    struct text text;
};

struct scores_views {
    struct scores_view list[VIEWS_MAX];
    size_t count;
};

static void views_clear(struct scores_views *views) {
    for (size_t i = 0; i < views->count; i++) {
        free(views->list[i].survey);
        free(views->list[i].team);
        text_clear(&views->list[i].text);
    }
    views->count = 0;
}

static void add_view(struct scores_views *views, const char *survey, const char *team) {
    for (size_t i = 0; i < views->count; i++) {
        if (same(views->list[i].survey, survey) && same(views->list[i].team, team)) {
            return;
        }
    }
    struct scores_view view = {.survey = strdup(survey), .team = team ? strdup(team) : NULL};
    if (views->count == VIEWS_MAX || !view.survey || (team && !view.team)) {
        free(view.survey);
        free(view.team);
        return;
    }
    views->list[views->count++] = view;
}

static bool wants(const struct subscription *subscription, const struct stream_change *change) {
    struct stream_subject subject = {STREAM_METRICS, change->team, change->survey};
    return stream_filter_takes(&subscription->filter, &subject);
}

static bool shows(const struct subscription *subscription, const struct scores_view *view) {
    const struct stream_filter *filter = &subscription->filter;
    return subscription->live && (filter->types & STREAM_METRICS) &&
           (!filter->survey || same(filter->survey, view->survey)) &&
           same(filter->team, view->team);
}

static void collect_views_of(const struct streamed_account *account,
                             const struct stream_change *change, struct scores_views *views) {
    for (struct subscription *each = account->first; each; each = each->next) {
        if (wants(each, change)) {
            add_view(views, change->survey, each->filter.team);
        }
    }
}

static void collect_views(struct streamed_account *account, struct scores_views *views) {
    for (size_t i = 0; i < account->change_count; i++) {
        collect_views_of(account, &account->changes[i], views);
    }
    hub_forget_changes(account);
}

/* The next account whose scores changed and are due, with the views of them; NULL: none. */
static struct streamed_account *take_due(struct stream_hub *hub, struct scores_views *views) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&hub->lock);
    struct streamed_account *account = hub->accounts;
    while (account && (account->change_count == 0 || now_us < account->scores_due_us)) {
        account = account->next;
    }
    if (account) {
        account->scores_due_us = now_us + SCORES_EVERY_US;
        collect_views(account, views);
    }
    pthread_mutex_unlock(&hub->lock);
    return account;
}

/* ---- working them out ---- */

static void append_event(struct text *text, const struct metrics_answer *answer, int64_t now_us) {
    char timestamp[TIME_TEXT_SIZE];
    time_format(now_us, timestamp);
    text_append_format(
        text,
        "event: metrics\ndata: {\"type\":\"metrics\",\"timestamp\":\"%s\",\"data\":", timestamp);
    metrics_append_json(text, answer);
    text_append(text, "}\n\n");
}

/* Of a survey that is gone there is nothing to tell. */
static enum outcome work_out(struct db_connection *connection, int64_t account_id,
                             struct scores_view *view) {
    char now[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE];
    int64_t now_us = time_now_us();
    time_format(now_us, now);
    time_format(now_us + 1, end);
    struct metrics_query query = {.account_id = account_id,
                                  .survey = view->survey,
                                  .interval = METRICS_ALL,
                                  .from = {.instant = now},
                                  .to = {.instant = end}};
    query.filters[DIMENSION_TEAM] = view->team;
    struct metrics_window window;
    CLEANUP(metrics_clear) struct metrics metrics = {0};
    enum outcome outcome = load_metrics_window(connection, &query, &window);
    if (outcome == OUTCOME_OK) {
        outcome = load_metrics(connection, &query, &window, &metrics);
    }
    if (outcome != OUTCOME_OK) {
        return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
    }
    CLEANUP(metrics_answer_clear) struct metrics_answer answer;
    if (!metrics_answer_make(&answer, &query, &window, &metrics)) {
        return OUTCOME_UNAVAILABLE;
    }
    append_event(&view->text, &answer, now_us);
    return view->text.failed ? OUTCOME_UNAVAILABLE : OUTCOME_OK;
}

/* Under the lock. */
static void push_view(struct streamed_account *account, const struct scores_view *view,
                      int64_t now_us) {
    for (struct subscription *each = account->first; each; each = each->next) {
        if (shows(each, view)) {
            subscription_push(each, &view->text, now_us);
        }
    }
}

static void push_views(struct stream_hub *hub, struct streamed_account *account,
                       const struct scores_views *views) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < views->count; i++) {
        if (views->list[i].text.length > 0) {
            push_view(account, &views->list[i], now_us);
        }
    }
    pthread_mutex_unlock(&hub->lock);
}

enum outcome hub_tell_scores(struct stream_hub *hub, struct db_connection *connection) {
    CLEANUP(views_clear) struct scores_views views = {.count = 0};
    struct streamed_account *account;
    enum outcome outcome = OUTCOME_OK;
    while (outcome == OUTCOME_OK && (account = take_due(hub, &views))) {
        for (size_t i = 0; outcome == OUTCOME_OK && i < views.count; i++) {
            outcome = work_out(connection, account->account_id, &views.list[i]);
        }
        push_views(hub, account, &views);
        views_clear(&views);
    }
    return outcome;
}
