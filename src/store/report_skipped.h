#ifndef STORE_REPORT_SKIPPED_H
#define STORE_REPORT_SKIPPED_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "store/db.h"

/* Tells subscribers, in the caller's transaction, of invitations that a report made skipped. */
enum outcome tell_skipped(struct db_connection *connection, struct invitation *const invitations[],
                          size_t count);

#endif
