#include "domain/verdict.h"

#include <stddef.h>
#include <string.h>

#include "base/array.h"

static const char *const verdict_names[] = {
    [VERDICT_CREATED] = "created", [VERDICT_SCHEDULED] = "scheduled", [VERDICT_SENT] = "sent",
    [VERDICT_SKIPPED] = "skipped", [VERDICT_BOUNCED] = "bounced",
};

static const char *const reason_names[SKIP_REASONS] = {
    [SKIP_FATIGUE] = "fatigue",         [SKIP_SUPPRESSED] = "suppressed",
    [SKIP_NO_ADDRESS] = "no_address",   [SKIP_DUPLICATE] = "duplicate",
    [SKIP_SAMPLED_OUT] = "sampled_out", [SKIP_EXPIRED] = "expired",
    [SKIP_REOPENED] = "reopened",       [SKIP_ANSWERED] = "answered",
    [SKIP_ARCHIVED] = "archived",
};

static bool find_name(const char *const names[], size_t count, const char *name, size_t *found) {
    for (size_t i = 0; i < count; i++) {
        if (names[i] && strcmp(names[i], name) == 0) {
            *found = i;
            return true;
        }
    }
    return false;
}

const char *verdict_name(enum verdict verdict) {
    return verdict_names[verdict];
}

bool verdict_from_name(const char *name, enum verdict *verdict) {
    size_t found;
    if (!find_name(verdict_names, COUNT(verdict_names), name, &found)) {
        return false;
    }
    *verdict = (enum verdict)found;
    return true;
}

const char *skip_reason_name(enum skip_reason reason) {
    return reason_names[reason];
}

bool skip_reason_from_name(const char *name, enum skip_reason *reason) {
    size_t found;
    if (!find_name(reason_names, COUNT(reason_names), name, &found)) {
        return false;
    }
    *reason = (enum skip_reason)found;
    return true;
}
