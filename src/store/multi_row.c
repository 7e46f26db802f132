#include "store/multi_row.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/text.h"

#define EXACT_ROWS_MAX 8

void append_parameters(struct text *sql, size_t first, size_t count) {
    for (size_t i = 0; i < count; i++) {
        text_append(sql, i ? ",$" : "$");
        text_append_int(sql, (int64_t)(first + i));
    }
}

static char *write_sql(const struct multi_row *statement, size_t rows) {
    CLEANUP(text_clear) struct text sql = {0};
    text_append(&sql, statement->head);
    for (size_t row = 0; row < rows; row++) {
        text_append(&sql, row ? ",(" : "(");
        append_parameters(&sql, row * statement->columns + 1, statement->columns);
        text_append_char(&sql, ')');
    }
    text_append(&sql, statement->tail);
    return text_take(&sql);
}

/* Which of the sizes is the largest that is at most count, and how many rows it has. */
static size_t largest_size(size_t count, size_t *rows) {
    if (count <= EXACT_ROWS_MAX) {
        *rows = count;
        return count - 1;
    }
    size_t size = EXACT_ROWS_MAX - 1;
    *rows = EXACT_ROWS_MAX;
    while (size + 1 < MULTI_ROW_SIZES && *rows * 2 <= count) {
        *rows *= 2;
        size++;
    }
    return size;
}

const char *multi_row_sql(struct multi_row *statement, size_t count, size_t *rows) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    size_t size = largest_size(count, rows);
    pthread_mutex_lock(&lock);
    if (!statement->sql[size]) {
        statement->sql[size] = write_sql(statement, *rows);
    }
    const char *sql = statement->sql[size];
    pthread_mutex_unlock(&lock);
    return sql;
}
