/* The response of one contact, found by what the contact is called. */
#ifndef STORE_CONTACT_RESPONSE_H
#define STORE_CONTACT_RESPONSE_H

#include <stdbool.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/vote.h"
#include "store/db.h"

/* Fills *response (the caller clears it); OUTCOME_NOT_FOUND when the contact has none. */
enum outcome load_contact_response(struct db_connection *connection, int64_t account_id,
                                   const char *survey, const char *contact_ref,
                                   struct survey_response *response);

/* Whether the contact of an invitation answered its survey, by that invitation or without one. */
enum outcome find_contact_answered(struct db_connection *connection,
                                   const struct invitation *invitation, bool *answered);

#endif
