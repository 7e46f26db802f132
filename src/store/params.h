/* Statement parameters that are built at run time: texts are lent, formatted values live in the
 * list. */
#ifndef STORE_PARAMS_H
#define STORE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"
#include "base/uuid.h"
#include "store/db.h"

struct params {
    const char **values; /* owned; what they point to is lent or lies in arena */
    int *lengths;        /* owned; of the binary ones */
    int *formats;        /* owned; 1 for the binary ones */
    size_t count;
    size_t capacity;
    struct arena arena;
    bool failed; /* out of memory: params_ready() is then false */
};

/* Each appends the next parameter. */
void params_text(struct params *params, const char *lent); /* NULL is SQL NULL */
void params_copy(struct params *params, const char *text); /* copied */
void params_int(struct params *params, int64_t value);
void params_int_unless(struct params *params, int64_t value, int64_t none); /* NULL when equal */
void params_time(struct params *params, int64_t time_us);                   /* NULL for TIME_NONE */
void params_uuid(struct params *params, const struct uuid *uuid);
void params_bytes(struct params *params, const unsigned char *bytes, size_t length); /* bytea */
/* timestamptz counts microseconds from 2000-01-01. */
#define POSTGRES_EPOCH_US (INT64_C(946684800) * US_PER_SECOND)

/* The same in binary, which costs PostgreSQL less: for the columns themselves, where nothing is
 * cast. */
void params_binary(struct params *params, const void *bytes, size_t length); /* copied */
void params_timestamptz(struct params *params, int64_t time_us);
void params_uuid_binary(struct params *params, const struct uuid *uuid);
/* A text array of count lent texts. */
void params_texts(struct params *params, char *const texts[], size_t count);
/* A number with at most four decimals; NULL unless known. */
void params_decimal_if(struct params *params, bool known, double value);
/* A number of thousandths, as a decimal. */
void params_milli(struct params *params, int64_t milli);

bool params_ready(const struct params *params);

/* Those from first on. */
struct db_params params_from(const struct params *params, size_t first, size_t count);

/* Empties the list but keeps its memory for the next use. */
void params_reset(struct params *params);
void params_clear(struct params *params);

#endif
