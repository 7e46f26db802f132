/* The stream_tickets table. */
#ifndef STORE_STREAM_TICKET_H
#define STORE_STREAM_TICKET_H

#include "base/uuid.h"
#include "domain/stream_ticket.h"
#include "store/db.h"

struct stream_ticket {
    int64_t account_id;
    unsigned char hash[STREAM_TICKET_HASH_BYTES];
    struct uuid key_id; /* whose it is */
    int64_t expires_at_us;
};

/* Stores it, and removes those of the account that have expired by now_us. */
enum outcome store_stream_ticket(struct db_connection *connection,
                                 const struct stream_ticket *ticket, int64_t now_us);

/*
 * Uses up the ticket of this account and hash, and fills in key_id; OUTCOME_NOT_FOUND when there is
 * none (any more), it has expired, or its key is revoked. Of several who come with one ticket, to
 * whichever instance, one has it.
 */
enum outcome redeem_stream_ticket(struct db_connection *connection, struct stream_ticket *ticket,
                                  int64_t now_us);

#endif
