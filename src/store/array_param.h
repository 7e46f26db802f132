/* PostgreSQL array literals as parameters: append the elements to an empty text, then params_array.
 */
#ifndef STORE_ARRAY_PARAM_H
#define STORE_ARRAY_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/uuid.h"
#include "store/params.h"

/* A NULL text or uuid is SQL NULL. */
void array_append_text(struct text *array, const char *text);
void array_append_decimal_if(struct text *array, bool known, double value); /* NULL unless known */
void array_append_int(struct text *array, int64_t value);
void array_append_uuid(struct text *array, const struct uuid *uuid);
void array_append_time(struct text *array, int64_t time_us);
void array_append_bytes(struct text *array, const unsigned char *bytes, size_t length); /* bytea */

/* Ends the array and appends it, copied, as the next parameter. */
void params_array(struct params *params, struct text *array);

#endif
