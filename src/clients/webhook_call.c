#include "clients/webhook_call.h"

static void add_header(struct webhook_call *call, const char *name, const char *value) {
    call->headers[call->call.header_count++] = (struct http_header){name, value};
}

static void add_own_headers(struct webhook_call *call, const json_t *headers) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)headers, name, value) {
        if (call->call.header_count < WEBHOOK_HEADERS_OWN) {
            add_header(call, name, json_string_value(value));
        }
    }
}

bool webhook_call_prepare(struct webhook_call *call, const struct webhook_attempt *attempt,
                          int64_t now_us) {
    call->call = (struct http_call){
        .url = attempt->url,
        .headers = call->headers,
        .body = attempt->body,
        .body_length = attempt->body_length,
    };
    uuid_format(attempt->id, call->id);
    const struct outgoing_webhook webhook = {call->id, attempt->body, attempt->body_length};
    if (!webhook_sign(&attempt->secrets, &webhook, now_us, &call->signature)) {
        return false;
    }
    add_own_headers(call, attempt->headers);
    add_header(call, "webhook-id", call->id);
    add_header(call, "webhook-timestamp", call->signature.timestamp);
    add_header(call, "webhook-signature", call->signature.signatures);
    return true;
}
