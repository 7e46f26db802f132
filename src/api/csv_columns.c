#include "api/csv_columns.h"

#include <stdio.h>

#include "api/csv.h"

bool columns_begin(struct columns *columns, const char *name, bool known) {
    if (columns->heading) {
        char heading[64];
        snprintf(heading, sizeof heading, "%s%s", columns->group, name);
        csv_append_plain(columns->text, heading);
    } else if (!known) {
        csv_append_plain(columns->text, "");
    }
    return !columns->heading && known;
}

const char *word_of(bool yes) {
    return yes ? "true" : "false";
}

void put_word(struct columns *columns, const char *name, const char *word) {
    if (columns_begin(columns, name, word != NULL)) {
        csv_append_plain(columns->text, word);
    }
}

void put_int(struct columns *columns, const char *name, int64_t value, bool known) {
    if (columns_begin(columns, name, known)) {
        csv_append_plain(columns->text, "");
        text_append_int(columns->text, value);
    }
}

void put_decimal(struct columns *columns, const char *name, double value, bool known) {
    if (columns_begin(columns, name, known)) {
        csv_append_plain(columns->text, "");
        text_append_decimal(columns->text, value);
    }
}

void put_interval(struct columns *columns, struct interval interval, bool known) {
    put_decimal(columns, "low", interval.low, known);
    put_decimal(columns, "high", interval.high, known);
}
