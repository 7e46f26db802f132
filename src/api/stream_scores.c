/* Today's scores, told when they changed. */
#include <stdlib.h>
#include <string.h>

#include "api/metrics_answer.h"
#include "api/metrics_json.h"
#include "api/stream_hub_parts.h"
#include "base/cleanup.h"
#include "store/metrics.h"

#define SCORES_EVERY_US (5 * US_PER_SECOND)
#define VIEWS_MAX       32 /* worked out at a time for one account; the rest the next time */
#define SCORES_US_MAX   (US_PER_SECOND / 4) /* of one turn: events do not wait for many scores */

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

static void change_clear(struct stream_change *change) {
    free(change->survey);
    free(change->team);
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
        change_clear(&change);
        return;
    }
    account->changes[account->change_count++] = change;
}

void hub_forget_changes(struct streamed_account *account) {
    for (size_t i = 0; i < account->change_count; i++) {
        change_clear(&account->changes[i]);
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

/* False when there is no room for it. */
static bool add_view(struct scores_views *views, const char *survey, const char *team) {
    for (size_t i = 0; i < views->count; i++) {
        if (same(views->list[i].survey, survey) && same(views->list[i].team, team)) {
            return true;
        }
    }
    struct scores_view view = {.survey = strdup(survey), .team = team ? strdup(team) : NULL};
    if (views->count == VIEWS_MAX || !view.survey || (team && !view.team)) {
        free(view.survey);
        free(view.team);
        return false;
    }
    views->list[views->count++] = view;
    return true;
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

/* False when not all of them have room. */
static bool collect_views_of(const struct streamed_account *account,
                             const struct stream_change *change, struct scores_views *views) {
    bool all = true;
    for (struct subscription *each = account->first; each; each = each->next) {
        if (wants(each, change)) {
            all = add_view(views, change->survey, each->filter.team) && all;
        }
    }
    return all;
}

/* What has no room is kept, and comes first the next time. */
static void collect_views(struct streamed_account *account, struct scores_views *views) {
    size_t kept = 0;
    for (size_t i = 0; i < account->change_count; i++) {
        if (collect_views_of(account, &account->changes[i], views)) {
            change_clear(&account->changes[i]);
        } else {
            account->changes[kept++] = account->changes[i];
        }
    }
    account->change_count = kept;
}

/* The account that waits longest for scores that changed and are due, with the views of them; NULL:
 * none. */
static struct streamed_account *take_due(struct stream_hub *hub, struct scores_views *views) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&hub->lock);
    struct streamed_account *account = NULL;
    for (struct streamed_account *each = hub->accounts; each; each = each->next) {
        if (each->change_count > 0 && each->scores_due_us <= now_us &&
            (!account || each->scores_due_us < account->scores_due_us)) {
            account = each;
        }
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

/* What could not be worked out is tried again when the account's scores are due again. */
static void note_again(struct stream_hub *hub, struct streamed_account *account,
                       const struct scores_view *view) {
    struct stream_subject subject = {STREAM_METRICS, view->team, view->survey};
    pthread_mutex_lock(&hub->lock);
    hub_note_change(account, &subject);
    pthread_mutex_unlock(&hub->lock);
}

static enum outcome tell_views(struct stream_hub *hub, struct db_connection *connection,
                               struct streamed_account *account, struct scores_views *views) {
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < views->count; i++) {
        enum outcome worked_out = work_out(connection, account->account_id, &views->list[i]);
        if (worked_out != OUTCOME_OK) {
            text_clear(&views->list[i].text);
            note_again(hub, account, &views->list[i]);
            outcome = worked_out;
        }
    }
    push_views(hub, account, views);
    return outcome;
}

enum outcome hub_tell_scores(struct stream_hub *hub, struct db_connection *connection) {
    CLEANUP(views_clear) struct scores_views views = {.count = 0};
    int64_t end_us = time_monotonic_us() + SCORES_US_MAX;
    enum outcome outcome = OUTCOME_OK;
    struct streamed_account *account;
    while (time_monotonic_us() < end_us && (account = take_due(hub, &views))) {
        enum outcome told = tell_views(hub, connection, account, &views);
        outcome = told == OUTCOME_OK ? outcome : told;
        views_clear(&views);
    }
    return outcome;
}
