/* The invitations table's columns, for the files that read it. */
#ifndef STORE_INVITATION_ROW_H
#define STORE_INVITATION_ROW_H

#include "base/outcome.h"
#include "domain/invitation.h"
#include "store/contact_row.h"
#include "store/db.h"

/* For SELECT .. FROM invitations, in the order of invitation_from_row; further columns start at
 * INVITATION_COLUMN_COUNT. */
/* clang-format off */
#define INVITATION_COLUMNS                                                                     \
    "invitations.account_id, invitations.id, invitations.survey, "                             \
    CONTACT_COLUMNS("invitations") ", invitations.source, "                                    \
    DB_TIME("invitations.created_at") ", " DB_TIME("invitations.expires_at") ", "              \
    DB_TIME("invitations.sent_at") ", " DB_TIME("invitations.answered_at") ", "               \
    "invitations.verdict, invitations.skip_reason, " DB_TIME("invitations.eligible_at") ", "  \
    DB_TIME("invitations.due_at") ", " DB_TIME("invitations.reminded_at") ", "                \
    "invitations.attempts, invitations.unclear_attempts, invitations.mail_error, "             \
    "invitations.revision"
/* clang-format on */
#define INVITATION_COLUMN_COUNT (3 + CONTACT_COLUMN_COUNT + 14)

/* OUTCOME_FAILED when out of memory or when the row is not what the schema promises; *invitation is
 * then untouched. */
enum outcome invitation_from_row(const PGresult *rows, int row, struct invitation *invitation);

#endif
