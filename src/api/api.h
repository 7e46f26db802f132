/* The handlers of routes.c, by resource. */
#ifndef API_API_H
#define API_API_H

#include "http/router.h"

/* alert_outlook.c */
handler get_alert_outlook;

/* alerts.c */
handler acknowledge_alert;
handler resolve_alert;

/* alerts_read.c */
handler list_alerts;
handler get_alert;

/* contacts.c */
handler create_contact;

/* contacts_read.c */
handler list_contacts;
handler get_contact;

/* deliveries.c */
handler list_deliveries;
handler get_delivery;

/* hooks.c */
handler receive_hook;
handler receive_secret_hook;

/* invitations.c */
handler create_invitation;
handler list_invitations;
handler get_invitation;

/* link_secrets.c */
handler create_link_secret;

/* metrics.c */
handler get_metrics;

/* operations.c */
handler get_livez;
handler get_readyz;
handler get_service_metrics;
handler get_openapi;

/* reclassify.c */
handler reclassify_response;

/* responses.c */
handler create_response;

/* responses_read.c */
handler list_responses;
handler get_response;

/* sentiment.c */
handler score_sentiment;

/* sources.c */
handler list_sources;
handler list_source_presets;
handler get_source;
handler put_source;
handler delete_source;

/* source_test.c */
handler test_source;

/* streams.c */
handler get_stream;
handler create_stream_ticket;

/* suppressions.c */
handler create_suppression;
handler delete_suppression;

/* suppressions_read.c */
handler list_suppressions;

/* surveys.c */
handler list_surveys;
handler delete_survey;
handler get_survey;
handler put_survey;

/* webhooks.c */
handler list_webhooks;
handler create_webhook;
handler get_webhook;
handler put_webhook;
handler delete_webhook;

/* webhook_deliveries.c */
handler list_webhook_deliveries;
handler get_webhook_delivery;
handler replay_webhook_delivery;

/* webhook_replay.c */
handler replay_webhook;

/* webhook_rotation.c */
handler rotate_webhook_secret;

/* webhook_test.c */
handler test_webhook;

#endif
