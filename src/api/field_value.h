/* The rules of single values, shared by the readers of JSON bodies and of queries. */
#ifndef API_FIELD_VALUE_H
#define API_FIELD_VALUE_H

#include "api/fields.h"

#define SHOWN_CHARACTERS_MAX 40
#define SHOWN_BYTES          (4 * SHOWN_CHARACTERS_MAX + 8)
#define WORDS_BYTES          256

/* Both: true when stored at target, else detail says what is wrong ("" when out of memory). */
struct field_problem {
    char detail[WORDS_BYTES + SHOWN_BYTES + 64];
};

/* A FIELD_TEXT, FIELD_NAME, FIELD_LONG_TEXT, FIELD_INSTANT or FIELD_CHOICE. */
bool store_text_value(const struct field *field, const char *text, void *target,
                      struct field_problem *problem);

/* A FIELD_INT in its limits. */
bool store_int_value(const struct field *field, int64_t value, void *target,
                     struct field_problem *problem);

/* text in quotes, shortened to SHOWN_CHARACTERS_MAX characters. */
void show_text(const char *text, char shown[SHOWN_BYTES]);

/* The table's names, as many as fit: "survey, contact, answers". */
void list_field_names(const struct field_table *table, char names[WORDS_BYTES]);

#endif
