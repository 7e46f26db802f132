/* GET /v1/stream and the tickets that open it. */
#include <string.h>

#include "api/api.h"
#include "api/authorize.h"
#include "api/stream_filter.h"
#include "api/stream_hub.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/stream_ticket.h"

/* The heads alone: nobody listens. */
static struct response respond_head(void) {
    struct response response = respond_static(200, TYPE_EVENTS, "", 0);
    response_set_header(&response, "X-Accel-Buffering", "no");
    return response;
}

struct response get_stream(struct app *app, const struct request *request) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(stream_query_clear) struct stream_query query;
    if (!read_stream_query(request, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (strcmp(request->method, "HEAD") == 0) {
        return respond_head();
    }
    const char *header = request_header(request, "Last-Event-ID");
    return stream_hub_join(app->stream_hub, request, &query.filter,
                           header ? header : query.last_event_id);
}

struct response create_stream_ticket(struct app *app, const struct request *request) {
    const struct principal *principal = &request->principal;
    int64_t now_us = time_now_us();
    char text[STREAM_TICKET_SIZE];
    char expires_at[TIME_TEXT_SIZE];
    struct stream_ticket ticket = {
        .account_id = principal->account_id,
        .key_id = principal->key_id,
        .expires_at_us = now_us + STREAM_TICKET_VALID_S * US_PER_SECOND,
    };
    stream_ticket_new(ticket.account_id, text);
    stream_ticket_hash(text, ticket.hash);
    time_format(ticket.expires_at_us, expires_at);
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? store_stream_ticket(connection, &ticket, now_us) : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK
               ? respond(201, json_pack("{s:s, s:s}", "ticket", text, "expires_at", expires_at))
               : respond_outcome(outcome, "ticket");
}

enum authorization redeem_ticket(struct app *app, const char *text, struct principal *principal) {
    struct stream_ticket ticket;
    if (!stream_ticket_parse(text, &ticket.account_id)) {
        return AUTHORIZATION_DENIED;
    }
    stream_ticket_hash(text, ticket.hash);
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? redeem_stream_ticket(connection, &ticket, time_now_us()) : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return outcome == OUTCOME_NOT_FOUND ? AUTHORIZATION_DENIED : AUTHORIZATION_UNAVAILABLE;
    }
    *principal = (struct principal){ticket.account_id, SCOPE_READ, ticket.key_id};
    return AUTHORIZED;
}
