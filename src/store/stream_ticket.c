#include "store/stream_ticket.h"

#include "base/cleanup.h"
#include "store/params.h"

static enum outcome remove_expired(struct db_connection *connection, int64_t account_id,
                                   int64_t now_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, now_us);
    return params_ready(&params)
               ? db_query(connection, NULL,
                          "DELETE FROM stream_tickets WHERE account_id = $1 AND expires_at <= $2",
                          params_from(&params, 0, params.count))
               : OUTCOME_UNAVAILABLE;
}

enum outcome store_stream_ticket(struct db_connection *connection,
                                 const struct stream_ticket *ticket, int64_t now_us) {
    enum outcome outcome = remove_expired(connection, ticket->account_id, now_us);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, ticket->account_id);
    params_bytes(&params, ticket->hash, sizeof ticket->hash);
    params_uuid(&params, &ticket->key_id);
    params_time(&params, ticket->expires_at_us);
    return params_ready(&params)
               ? db_query(connection, NULL,
                          "INSERT INTO stream_tickets (account_id, hash, key_id, expires_at)"
                          " VALUES ($1, $2, $3, $4)",
                          params_from(&params, 0, params.count))
               : OUTCOME_UNAVAILABLE;
}

enum outcome redeem_stream_ticket(struct db_connection *connection, struct stream_ticket *ticket,
                                  int64_t now_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, ticket->account_id);
    params_bytes(&params, ticket->hash, sizeof ticket->hash);
    params_time(&params, now_us);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "DELETE FROM stream_tickets AS ticket USING api_keys AS key"
                 " WHERE ticket.account_id = $1 AND ticket.hash = $2 AND ticket.expires_at > $3"
                 " AND key.account_id = $1 AND key.id = ticket.key_id AND key.revoked_at IS NULL"
                 " RETURNING ticket.key_id",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    return uuid_parse(db_text(rows, 0, 0), &ticket->key_id) ? OUTCOME_OK : OUTCOME_FAILED;
}
