/* A suppression as the API shows and reads it. */
#ifndef API_SUPPRESSION_JSON_H
#define API_SUPPRESSION_JSON_H

#include "api/fields.h"
#include "base/text.h"
#include "domain/suppression.h"

/* The words of enum suppression_reason, for FIELD_CHOICE. */
extern const struct choice suppression_reasons[];

/* {id, email, reason, note, invitation, created_at}; what is not known is left out. */
void suppression_append_json(struct text *text, const struct suppression *suppression);

#endif
