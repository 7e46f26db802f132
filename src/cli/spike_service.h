/* The watcher of spikes, as a part of the service. */
#ifndef CLI_SPIKE_SERVICE_H
#define CLI_SPIKE_SERVICE_H

#include <stdbool.h>

#include "cli/service.h"

/* Before the intake, which tells it of answers. False, logged, when out of memory or threads. */
bool spike_service_start(struct service *service, const struct config *config);

/* The keys that are reloaded may have changed. */
void spike_service_apply(struct service *service, const struct config *config);

/* After the intake. Also of one that was not started. */
void spike_service_stop(struct service *service);

#endif
