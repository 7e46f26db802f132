#include "domain/alert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define US_PER_MINUTE (60 * US_PER_SECOND)

static const char *const names[ALERT_STATUSES] = {
    [ALERT_OPEN] = "open",
    [ALERT_ACKNOWLEDGED] = "acknowledged",
    [ALERT_RESOLVED] = "resolved",
};

void alert_clear(struct alert *alert) {
    free(alert->acknowledged_by);
    free(alert->resolved_by);
    free(alert->note);
    *alert = ALERT_NONE;
}

const char *alert_status_name(enum alert_status status) {
    return names[status];
}

bool alert_status_from_name(const char *name, enum alert_status *status) {
    for (int i = 0; i < ALERT_STATUSES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *status = (enum alert_status)i;
            return true;
        }
    }
    return false;
}

/* ---- what is done about it ---- */

/* False when out of memory. */
static bool put_text(char **target, const char *text) {
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy) {
        return false;
    }
    free(*target);
    *target = copy;
    return true;
}

static bool brings_note(const struct alert *alert, const struct alert_deed *deed) {
    return deed->note && (!alert->note || strcmp(alert->note, deed->note) != 0);
}

static enum alert_effect put_note(struct alert *alert, const struct alert_deed *deed) {
    if (!brings_note(alert, deed)) {
        return ALERT_STAYS;
    }
    alert->revision++;
    return put_text(&alert->note, deed->note) ? ALERT_CHANGES : ALERT_FAILS;
}

/* Into a status that it did not have. */
static enum alert_effect enter(struct alert *alert, const struct alert_deed *deed, char **by,
                               int64_t *at_us) {
    if (!put_text(by, deed->by) || (deed->note && !put_text(&alert->note, deed->note))) {
        return ALERT_FAILS;
    }
    *at_us = deed->at_us;
    alert->revision++;
    return ALERT_CHANGES;
}

enum alert_effect alert_acknowledge(struct alert *alert, const struct alert_deed *deed) {
    if (alert->status == ALERT_RESOLVED) {
        return ALERT_REFUSES;
    }
    if (alert->status == ALERT_ACKNOWLEDGED) {
        return put_note(alert, deed);
    }
    alert->status = ALERT_ACKNOWLEDGED;
    return enter(alert, deed, &alert->acknowledged_by, &alert->acknowledged_at_us);
}

enum alert_effect alert_resolve(struct alert *alert, const struct alert_deed *deed) {
    if (alert->status == ALERT_RESOLVED) {
        return put_note(alert, deed);
    }
    alert->status = ALERT_RESOLVED;
    return enter(alert, deed, &alert->resolved_by, &alert->resolved_at_us);
}

/* ---- in words ---- */

static void append_window(struct text *text, int64_t length_us) {
    int minutes = (int)((length_us + US_PER_MINUTE / 2) / US_PER_MINUTE);
    if (minutes == 60) {
        text_append(text, "the last hour");
    } else {
        text_append_format(text, "the last %d minutes", minutes);
    }
}

static void append_usual(struct text *text, int frustrated, int n) {
    double percent = n > 0 ? 100. * frustrated / n : 0;
    if (n == 0) {
        text_append(text, "; what is usual is not known yet");
    } else if (frustrated > 0 && percent < 1) {
        text_append(text, "; usually less than 1 %");
    } else {
        text_append_format(text, "; usually %.0f %%", round(percent));
    }
}

void alert_append_text(struct text *text, const struct alert *alert) {
    text_append(text, *alert->team ? alert->team : "All teams together");
    text_append_format(text, ": %d of %d answers in ", alert->frustrated, alert->n);
    append_window(text, alert->raised_at_us - alert->window_from_us);
    text_append(text, " were frustrated");
    append_usual(text, alert->baseline_frustrated, alert->baseline_n);
}
