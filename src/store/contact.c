#include "store/contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"

static bool copy_column(const PGresult *rows, int row, int column, char **text) {
    const char *value = db_text(rows, row, column);
    *text = value ? strdup(value) : NULL;
    return !value || *text;
}

enum outcome kept_contact_from_row(const PGresult *rows, int row, struct kept_contact *kept) {
    struct kept_contact read = KEPT_CONTACT_NONE;
    int next = 1 + CONTACT_COLUMN_COUNT;
    read.account_id = db_int(rows, row, 0);
    strncpy(read.source, db_text(rows, row, next), SOURCE_BYTES_MAX);
    read.recorded_at_us = db_time(rows, row, next + 1);
    read.reopened_at_us = db_time(rows, row, next + 2);
    read.reassigned_at_us = db_time(rows, row, next + 3);
    read.repeat_at_us = db_time(rows, row, next + 5);
    read.repeat_same_reason = *db_text(rows, row, next + 6) == 't';
    if (!contact_from_row(rows, row, 1, &read.contact) ||
        !copy_column(rows, row, next + 4, &read.repeat_ref)) {
        log_error("could not read a row of contacts: out of memory");
        kept_contact_clear(&read);
        return OUTCOME_FAILED;
    }
    *kept = read;
    return OUTCOME_OK;
}

struct contact_marks contact_marks_of(const struct kept_contact *kept) {
    return (struct contact_marks){
        .repeated = kept->repeat_ref,
        .repeated_same_reason = kept->repeat_same_reason,
        .reassigned = kept->reassigned_at_us != TIME_NONE,
    };
}
