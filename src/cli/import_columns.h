/* What the columns of an import's CSV file are, and how a record becomes the JSON that the API
 * takes. */
#ifndef CLI_IMPORT_COLUMNS_H
#define CLI_IMPORT_COLUMNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/csv_reader.h"
#include "base/text.h"

/* The objects of a body. */
enum body_object {
    BODY,
    BODY_CONTACT,      /* /contact */
    BODY_CUSTOMER,     /* /contact/customer */
    BODY_OWN_CUSTOMER, /* /customer */
    BODY_ANSWERS,      /* /answers */
    BODY_CHOICES,      /* /answers/choices */
    BODY_TEXTS,        /* /answers/texts */
    BODY_OBJECTS,
};

struct body_place {
    enum body_object in;
    const char *member; /* of that one */
    const char *pointer;
};

extern const struct body_place body_places[BODY_OBJECTS];

enum column_kind {
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_TEXTS,   /* several, with "; " between */
    COLUMN_MEMBERS, /* a JSON object, whose members are choices and texts */
    COLUMN_IGNORED,
};

struct import_column {
    const char *name;
    enum body_object object;
    const char *member; /* of it */
    enum column_kind kind;
    bool required;
};

/* All columns that a kind of file may have. */
struct column_table {
    const struct import_column *columns;
    size_t count;
    bool own_questions; /* also choices.NAME and texts.NAME */
};

/* A file's columns, in its order. */
struct file_columns {
    const struct column_table *table;
    struct text names;                            /* owned, each with its NUL */
    struct import_column columns[CSV_FIELDS_MAX]; /* borrow from names and table */
    size_t count;
};

/* Reads a header. False when it cannot be used, and objection says why. Unknown columns are passed
 * over when ignore_unknown. */
bool file_columns_read(struct file_columns *columns, const struct column_table *table,
                       const struct csv_record *header, bool ignore_unknown,
                       struct text *objection);
void file_columns_clear(struct file_columns *columns);

/* One record as a body, for json_decref: empty fields are left out. NULL when it cannot be one:
 * *column is then the one that is wrong (or ""), *objection why. */
json_t *file_columns_body(const struct file_columns *columns, const struct csv_record *record,
                          const char **column, const char **objection);

/* The name of the column that a pointer into the body comes from, in the file or at least in the
 * table; "" when it is none's alone. */
const char *file_columns_name_of(const struct file_columns *columns, const char *pointer);

#endif
