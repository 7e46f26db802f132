/*
 * JSON bodies and query parameters read by table: one row per member says its kind, its limits and
 * where in a struct its value goes. All mistakes are collected, none stops the reading.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/mistakes.h"
#include "http/request.h"

/* No text may be blank where at least one byte or character is asked for. */
enum field_kind {
    FIELD_TEXT,      /* char *, an owned copy; min..max bytes, no control characters */
    FIELD_NAME,      /* char[max + 1] inside the struct; min..max bytes, no control characters */
    FIELD_LONG_TEXT, /* char *, an owned copy; min..max characters, with line breaks and tabs; a
                        blank one is as if absent when min is 0 */
    FIELD_INT,       /* int in min..max */
    FIELD_BOOL,      /* bool */
    FIELD_DECIMAL,   /* int64_t, thousandths in min..max; at most three decimals */
    FIELD_INSTANT,   /* int64_t, microseconds; RFC 3339, or a whole date (midnight UTC) */
    FIELD_CHOICE,    /* int or enum; one of choices */
    FIELD_TEXTS,     /* char *[count_max], owned copies, each once, each as FIELD_TEXT; and how
                        many, a size_t at count_offset. Not in queries. */
    FIELD_OBJECT,    /* members of the struct at offset, by another table. Not in queries. */
    FIELD_VALUE,     /* const json_t *, borrowed: for the caller to read. Not in queries. */
    FIELD_ELSEWHERE, /* known, but the caller reads it from json itself. Not in queries. */
};

struct choice {
    const char *word;
    int value;
};

struct field_table;

/* Why this text cannot be used ("is not an email address"), or NULL. */
typedef const char *text_objection(const char *text);

struct field {
    const char *name;
    enum field_kind kind;
    bool required;
    size_t offset; /* of the target, in the struct that read_fields is given */
    int64_t min;
    int64_t max;
    const struct choice *choices; /* ends with a NULL word */
    size_t count_max;
    size_t count_offset;
    const struct field_table *object;
    text_objection *objection; /* optional, for texts within their limits */
};

struct field_table {
    const struct field *fields;
    size_t count;
};

#define FIELD_TABLE(array)                                                                         \
    { array, COUNT(array) }

/*
 * Reads json, an object, into target. What is absent or null is left alone in target; unknown
 * members are mistakes. pointer is the JSON Pointer of json itself, "" for the whole body. True
 * when it found no mistake. Either way target may own texts afterwards: clear it.
 */
bool read_fields(const json_t *json, const struct field_table *table, const char *pointer,
                 void *target, struct mistakes *mistakes);

/* The same for the query parameters, each given at most once; mistakes.in_query is set. Empty
 * values are as if absent. */
bool read_query(const struct request *request, const struct field_table *table, void *target,
                struct mistakes *mistakes);

#endif
