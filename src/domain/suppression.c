#include "domain/suppression.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[SUPPRESSION_REASONS] = {
    [SUPPRESSION_UNSUBSCRIBED] = "unsubscribed",
    [SUPPRESSION_BOUNCED] = "bounced",
    [SUPPRESSION_COMPLAINT] = "complaint",
    [SUPPRESSION_MANUAL] = "manual",
};

void suppression_clear(struct suppression *suppression) {
    free(suppression->email);
    free(suppression->note);
    *suppression = (struct suppression){0};
}

const char *suppression_reason_name(enum suppression_reason reason) {
    return names[reason];
}

bool suppression_reason_from_name(const char *name, enum suppression_reason *reason) {
    for (int i = 0; i < SUPPRESSION_REASONS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *reason = (enum suppression_reason)i;
            return true;
        }
    }
    return false;
}
