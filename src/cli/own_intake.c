#include "cli/own_intake.h"

#include <string.h>

#include "cli/scorer.h"

#define STOP_WAIT_MS 60000
#define INSTANCES    6 /* the seventh has the mailer's slot */

/* As far as it goes from the service's own, that its neighbours' are not met either. */
static unsigned other_instance(const struct config *config) {
    return ((unsigned)config->intake.instance + INSTANCES / 2) % INSTANCES;
}

bool own_intake_start(struct own_intake *own, const struct database *database,
                      const struct config *config, const struct own_intake_options *wanted) {
    if (!load_scorer(&own->scorer)) {
        return false;
    }
    struct db_options options = {
        .conninfo = database_conninfo(database, config),
        .connections = wanted->lanes,
        .connect_timeout_ms = (unsigned)config->database.connect_timeout_ms,
        .acquire_timeout_ms = (unsigned)config->database.acquire_timeout_ms,
        .statement_timeout_ms = (unsigned)config->database.statement_timeout_ms,
        .prepare = config->database.prepare,
    };
    own->intake = intake_start(&(struct intake_options){
        .database = &options,
        .lanes = wanted->lanes,
        .batch_max = wanted->batch_max,
        .queue_max = wanted->queue_max,
        .commit_deadline_ms = (unsigned)config->intake.commit_deadline_ms,
        .per_account = strcmp(config->intake.transaction, "account") == 0,
        .quiet = true,
        .instance = other_instance(config),
        .scorer = &own->scorer,
    });
    if (!own->intake) {
        sentiment_scorer_clear(&own->scorer);
    }
    return own->intake != NULL;
}

void own_intake_stop(struct own_intake *own) {
    intake_stop(own->intake, STOP_WAIT_MS);
    sentiment_scorer_clear(&own->scorer);
}
