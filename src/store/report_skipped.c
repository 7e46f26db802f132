#include "store/report_skipped.h"

#include <stdlib.h>

#include "base/time.h"
#include "store/event.h"

enum outcome tell_skipped(struct db_connection *connection, struct invitation *const invitations[],
                          size_t count) {
    struct event *events = calloc(count ? count : 1, sizeof *events);
    int64_t now_us = time_now_us();
    for (size_t i = 0; events && i < count; i++) {
        events[i] = (struct event){
            .account_id = invitations[i]->account_id,
            .type = EVENT_INVITATION_SKIPPED,
            .object_id = invitations[i]->id,
            .occurred_at_us = now_us,
        };
    }
    enum outcome outcome = events ? store_events(connection, events, count) : OUTCOME_FAILED;
    free(events);
    return outcome;
}
