/* The contacts table: reading it. Its rows are written by contact_record.c alone. */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/kept_contact.h"
#include "store/contact_row.h"
#include "store/db.h"
#include "store/rollup.h"

/* For SELECT .. FROM contacts, in the order of kept_contact_from_row; further columns start at
 * KEPT_CONTACT_COLUMN_COUNT. */
/* clang-format off */
#define KEPT_CONTACT_COLUMNS                                                                   \
    "contacts.account_id, " CONTACT_COLUMNS("contacts") ", contacts.source, "                  \
    DB_TIME("contacts.recorded_at") ", " DB_TIME("contacts.reopened_at") ", "                  \
    DB_TIME("contacts.reassigned_at") ", contacts.repeat_ref, "                                \
    DB_TIME("contacts.repeat_at") ", COALESCE(contacts.repeat_same_reason, false)"
/* clang-format on */
#define KEPT_CONTACT_COLUMN_COUNT (1 + CONTACT_COLUMN_COUNT + 7)

/* OUTCOME_FAILED when out of memory; *kept is then untouched. */
enum outcome kept_contact_from_row(const PGresult *rows, int row, struct kept_contact *kept);

/* What it is counted as. */
struct contact_marks contact_marks_of(const struct kept_contact *kept);

#endif
