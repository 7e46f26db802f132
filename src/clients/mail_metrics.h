/* What became of mails since the start, for /metrics; any thread. */
#ifndef CLIENTS_MAIL_METRICS_H
#define CLIENTS_MAIL_METRICS_H

#include <stdatomic.h>

#include "base/text.h"

struct mail_metrics {
    atomic_ulong sent;
    atomic_ulong reminders; /* of those sent */
    atomic_ulong bounced;
    atomic_ulong deferred;
    atomic_ulong skipped;
    atomic_ulong alerts_told;   /* mails about alerts, which are in none of those above */
    atomic_ulong alerts_untold; /* given up */
    atomic_bool relay_away;     /* when it was last tried */
};

/* Prometheus text; NULL: there is no mail server to send through. */
void mail_metrics_append(struct mail_metrics *metrics, struct text *text);

#endif
