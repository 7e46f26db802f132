/* An intake for a subcommand that stores votes itself. */
#ifndef CLI_OWN_INTAKE_H
#define CLI_OWN_INTAKE_H

#include "cli/database.h"
#include "config.h"
#include "domain/sentiment.h"
#include "intake/intake.h"

struct own_intake {
    struct intake *intake;
    struct sentiment_scorer scorer;
};

struct own_intake_options {
    unsigned lanes;     /* 1 or 2 */
    unsigned batch_max; /* votes per transaction */
    unsigned queue_max; /* votes that may wait in each lane */
};

/* The lanes write sums in slots of their own, so that a service on this configuration need not wait
 * for them. False, logged, when it cannot be started. */
bool own_intake_start(struct own_intake *own, const struct database *database,
                      const struct config *config, const struct own_intake_options *wanted);

/* Commits what was handed in, within a minute. */
void own_intake_stop(struct own_intake *own);

#endif
