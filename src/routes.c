#include "routes.h"

#include "api/api.h"
#include "base/array.h"
#include "pages/pages.h"

/* The operation in openapi.yaml has the name of the function that handles it. */
#define ROUTE(method, path, operation, scope, runs, needs)                                         \
    { method, path, #operation, operation, scope, runs, needs }

/* One row a line. */
/* clang-format off */
const struct route routes[] = {
    ROUTE("GET", "/l/{account}/{survey}", get_link_page, SCOPE_NONE, RUNS_ON_WORKER, TAKES_ANY_QUERY),
    ROUTE("POST", "/l/{account}/{survey}", post_link_page, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_FORM | TAKES_ANY_QUERY),
    ROUTE("GET", "/l/{account}/{survey}/change", get_link_change, SCOPE_NONE, RUNS_ON_WORKER, TAKES_ANY_QUERY),
    ROUTE("GET", "/l/{account}/{survey}/thanks", get_link_thanks, SCOPE_NONE, RUNS_ON_WORKER, TAKES_ANY_QUERY),
    ROUTE("GET", "/livez", get_livez, SCOPE_NONE, RUNS_AT_ONCE, ALWAYS_SERVED | ON_STREAM_ADDRESSES),
    ROUTE("GET", "/metrics", get_service_metrics, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING),
    ROUTE("GET", "/openapi.json", get_openapi, SCOPE_NONE, RUNS_AT_ONCE, GIVES_JSON | ALWAYS_SERVED),
    ROUTE("GET", "/readyz", get_readyz, SCOPE_NONE, RUNS_AT_ONCE, ALWAYS_SERVED | ON_STREAM_ADDRESSES),
    ROUTE("GET", "/s/{token}", get_survey_page, SCOPE_NONE, RUNS_LATER, NEEDS_NOTHING),
    ROUTE("POST", "/s/{token}", post_survey_page, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_FORM),
    ROUTE("GET", "/s/{token}/thanks", get_thanks, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("GET", "/u/{token}", get_opt_out, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("POST", "/u/{token}", post_opt_out, SCOPE_NONE, RUNS_ON_WORKER, TAKES_ANY_BODY),
    ROUTE("POST", "/v1/hooks/{account}/{source}", receive_hook, SCOPE_NONE, RUNS_ON_WORKER, TAKES_RAW | TAKES_ANY_QUERY),
    ROUTE("POST", "/v1/hooks/{account}/{source}/{secret}", receive_secret_hook, SCOPE_NONE, RUNS_ON_WORKER, TAKES_RAW | TAKES_ANY_QUERY),
    ROUTE("GET", "/v1/alerts", list_alerts, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/alerts/outlook", get_alert_outlook, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/alerts/{id}", get_alert, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/alerts/{id}/acknowledge", acknowledge_alert, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("POST", "/v1/alerts/{id}/resolve", resolve_alert, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/contacts", list_contacts, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/contacts", create_contact, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/contacts/{ref}", get_contact, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/invitations", list_invitations, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/invitations", create_invitation, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/invitations/{id}", get_invitation, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/metrics", get_metrics, SCOPE_READ, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("GET", "/v1/responses", list_responses, SCOPE_READ, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("POST", "/v1/responses", create_response, SCOPE_WRITE, RUNS_LATER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/responses/{id}", get_response, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/responses/{id}/reclassify", reclassify_response, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("POST", "/v1/sentiment", score_sentiment, SCOPE_READ, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/sources", list_sources, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/sources/presets", list_source_presets, SCOPE_READ, RUNS_AT_ONCE, GIVES_JSON),
    ROUTE("GET", "/v1/sources/{source}", get_source, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("PUT", "/v1/sources/{source}", put_source, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("DELETE", "/v1/sources/{source}", delete_source, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("GET", "/v1/sources/{source}/deliveries", list_deliveries, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/sources/{source}/deliveries/{id}", get_delivery, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/sources/{source}/test", test_source, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/stream", get_stream, SCOPE_READ, RUNS_ON_WORKER, GIVES_EVENTS | TAKES_TICKET | ON_STREAM_ADDRESSES),
    ROUTE("POST", "/v1/stream/tickets", create_stream_ticket, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/suppressions", list_suppressions, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/suppressions", create_suppression, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("DELETE", "/v1/suppressions", delete_suppression, SCOPE_WRITE, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("GET", "/v1/surveys", list_surveys, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/surveys/{survey}", get_survey, SCOPE_READ, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("DELETE", "/v1/surveys/{survey}", delete_survey, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("PUT", "/v1/surveys/{survey}", put_survey, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("POST", "/v1/surveys/{survey}/link-secret", create_link_secret, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/webhooks", list_webhooks, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/webhooks", create_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("GET", "/v1/webhooks/{id}", get_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("PUT", "/v1/webhooks/{id}", put_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("DELETE", "/v1/webhooks/{id}", delete_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_NOTHING),
    ROUTE("GET", "/v1/webhooks/{id}/deliveries", list_webhook_deliveries, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("GET", "/v1/webhooks/{id}/deliveries/{delivery}", get_webhook_delivery, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/webhooks/{id}/deliveries/{delivery}/replay", replay_webhook_delivery, SCOPE_ADMIN, RUNS_ON_WORKER, GIVES_JSON),
    ROUTE("POST", "/v1/webhooks/{id}/replay", replay_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("POST", "/v1/webhooks/{id}/test", test_webhook, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
    ROUTE("POST", "/v1/webhooks/{id}/rotate-secret", rotate_webhook_secret, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON | GIVES_JSON),
};
/* clang-format on */
const size_t route_count = COUNT(routes);
