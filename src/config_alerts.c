#include "config_alerts.h"

#include "base/cleanup.h"
#include "jobs/alert_recipients.h"

bool alert_keys_agree(const struct config *config, struct text *mistake) {
    CLEANUP(alert_recipients_clear) struct alert_recipients recipients = {0};
    return alert_recipients_parse(config->alerts.recipients, &recipients, mistake);
}
