#ifndef API_AUTHORIZE_H
#define API_AUTHORIZE_H

#include "http/server.h"

/* Who an API key is: from the cache, else (where it may block) from the database. */
authorizer authorize;

/* A redeemer, as http/server.h wants it: whose the ticket for a live stream is; in streams.c. */
redeemer redeem_ticket;

#endif
