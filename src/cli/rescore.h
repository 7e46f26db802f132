/* What tells that responses should be estimated anew. */
#ifndef CLI_RESCORE_H
#define CLI_RESCORE_H

#include "domain/sentiment.h"
#include "store/db.h"

/* Logs it once for the first account, of the first hundred, whose responses another model estimated
 * or none; for the start of the service, quick however many responses there are. */
void tell_of_unscored(struct db *db, const struct sentiment_scorer *scorer);

#endif
