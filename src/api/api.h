/* The handlers of routes.c, by resource. */
#ifndef API_API_H
#define API_API_H

#include "http/router.h"

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

#endif
