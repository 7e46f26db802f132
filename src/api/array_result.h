/* One element of a 207: what its request would have been answered alone. */
#ifndef API_ARRAY_RESULT_H
#define API_ARRAY_RESULT_H

#include "base/text.h"
#include "http/response.h"

/* Appends {"status": .., name: {..}} or {"status": .., "problem": {..}}. name is a plain word.
 * Takes ownership of response, a whole one or a problem. */
void append_array_result(struct text *text, const char *name, struct response response);

#endif
