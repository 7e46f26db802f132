#ifndef CLI_LINK_H
#define CLI_LINK_H

#include "config.h"
#include "store/db.h"

/* Prints a link to account 1's survey `understood` for a contact that nobody has heard of. */
enum outcome print_sample_link(struct db_connection *connection, const char *public_url);

#endif
