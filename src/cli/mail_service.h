/* What sends mail, as parts of the service: invitations, and alerts. */
#ifndef CLI_MAIL_SERVICE_H
#define CLI_MAIL_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/service.h"

/* True also without a mail server: then what is due waits. */
bool mail_service_start(struct service *service);

/* The keys that are reloaded may have changed. */
void mail_service_apply(struct service *service, const struct config *config);

/* No further mail is begun. */
void mail_service_hold(struct service *service);

/* The mails on their way have as long as the requests had, from begun_us (monotonic) on. */
void mail_service_stop(struct service *service, const struct config *config, int64_t begun_us);

#endif
