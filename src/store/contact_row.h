/* The snapshot columns that invitations and responses share, in and out. */
#ifndef STORE_CONTACT_ROW_H
#define STORE_CONTACT_ROW_H

#include <stdbool.h>

#include "domain/contact.h"
#include "store/db.h"
#include "store/params.h"

/* For INSERT column lists, in the order of params_contact. */
#define CONTACT_COLUMN_NAMES                                                                       \
    "contact_ref, agents, team, channel, reason, language, customer_ref, customer_email, "         \
    "customer_name, solved_at, opened_at, handled_s, credit_amount"
#define CONTACT_COLUMN_COUNT 13

/* For SELECT, in the order of contact_from_row; table is "responses" or "invitations". */
/* clang-format off */
#define CONTACT_COLUMNS(table)                                                                 \
    table ".contact_ref, " table ".agents, " table ".team, " table ".channel, "                \
    table ".reason, " table ".language, " table ".customer_ref, "                              \
    table ".customer_email, " table ".customer_name, "                                         \
    DB_TIME(table ".solved_at") ", " DB_TIME(table ".opened_at") ", "                          \
    table ".handled_s, (" table ".credit_amount * 1000)::bigint"
/* clang-format on */

/* Reads CONTACT_COLUMN_COUNT columns from first on. False when out of memory; *contact is then
 * untouched. */
bool contact_from_row(const PGresult *rows, int row, int first, struct contact *contact);

/* Appends CONTACT_COLUMN_COUNT parameters; contact's texts are lent. */
void params_contact(struct params *params, const struct contact *contact);

/* Appends the key of the customer's address (domain/address.h), NULL without one. */
void params_address_key(struct params *params, const struct contact *contact);

#endif
