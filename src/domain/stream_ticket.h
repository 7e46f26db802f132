/*
 * Tickets: "st_<account>_<secret>", the secret of 32 hex digits. One opens a live stream once, in
 * place of an API key: a browser's EventSource sends no Authorization.
 */
#ifndef DOMAIN_STREAM_TICKET_H
#define DOMAIN_STREAM_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#define STREAM_TICKET_SIZE       56 /* with the NUL */
#define STREAM_TICKET_HASH_BYTES 32
#define STREAM_TICKET_VALID_S    60

/* A new ticket for an account (1 or more), of 128 random bits. */
void stream_ticket_new(int64_t account_id, char ticket[STREAM_TICKET_SIZE]);

/* Reads the account; false, leaving it alone, when this cannot be a ticket of ours. */
bool stream_ticket_parse(const char *ticket, int64_t *account_id);

/* What is stored in its place: BLAKE2b-256. No salt or stretching: the ticket is random. */
void stream_ticket_hash(const char *ticket, unsigned char hash[STREAM_TICKET_HASH_BYTES]);

#endif
