#include "domain/hook_delivery.h"

#include <string.h>

static const char *const names[DELIVERY_OUTCOMES] = {
    [DELIVERY_SCHEDULED] = "scheduled", [DELIVERY_SKIPPED] = "skipped",
    [DELIVERY_CREATED] = "created",     [DELIVERY_RECORDED] = "recorded",
    [DELIVERY_REOPENED] = "reopened",   [DELIVERY_CHANGED] = "changed",
    [DELIVERY_IGNORED] = "ignored",     [DELIVERY_UNMAPPED] = "unmapped",
    [DELIVERY_REFUSED] = "refused",
};

const char *delivery_outcome_name(enum delivery_outcome outcome) {
    return names[outcome];
}

bool delivery_outcome_from_name(const char *name, enum delivery_outcome *outcome) {
    for (int i = 0; i < DELIVERY_OUTCOMES; i++) {
        if (strcmp(names[i], name) == 0) {
            *outcome = (enum delivery_outcome)i;
            return true;
        }
    }
    return false;
}
