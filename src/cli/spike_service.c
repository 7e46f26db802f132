#include "cli/spike_service.h"

#include "jobs/spike_watch.h"

bool spike_service_start(struct service *service, const struct config *config) {
    service->spike_watch = spike_watch_start(&(struct spike_watch_options){
        .db = service->app.db,
        .enabled = config_switch(&config->alerts.enabled),
        .budget_milli = config_number(&config->alerts.false_alarms_per_team_week),
    });
    return service->spike_watch != NULL;
}

void spike_service_apply(struct service *service, const struct config *config) {
    spike_watch_set(service->spike_watch, config->alerts.enabled,
                    config->alerts.false_alarms_per_team_week);
}

void spike_service_stop(struct service *service) {
    if (service->spike_watch) {
        spike_watch_stop(service->spike_watch);
    }
    service->spike_watch = NULL;
}
