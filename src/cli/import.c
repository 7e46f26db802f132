#include "cli/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/import_progress.h"
#include "domain/vote.h"
#include "store/account.h"

/* ---- what was asked for ---- */

static bool read_format(const struct invocation *invocation, enum row_format *format) {
    const char *word = invocation_option(invocation, "format");
    *format = ROWS_FIND_OUT;
    if (word && strcmp(word, "csv") == 0) {
        *format = ROWS_CSV;
    } else if (word && strcmp(word, "ndjson") == 0) {
        *format = ROWS_NDJSON;
    } else if (word) {
        refuse_option(invocation, "format", "csv or ndjson");
        return false;
    }
    return true;
}

static bool read_separator(const struct invocation *invocation, char *separator) {
    const char *word = invocation_option(invocation, "separator");
    *separator = '\0';
    if (!word) {
        return true;
    }
    *separator = word[0];
    if (strcmp(word, "tab") == 0) {
        *separator = '\t';
    }
    if (*separator == '\t' || strcmp(word, ",") == 0 || strcmp(word, ";") == 0 ||
        strcmp(word, "|") == 0) {
        return true;
    }
    refuse_option(invocation, "separator", "one of , ; | and tab");
    return false;
}

static bool read_source(const struct invocation *invocation, const char **source) {
    *source = invocation_option(invocation, "source");
    if (!*source) { /* no option of this command */
        *source = "";
        return true;
    }
    size_t length = strlen(*source);
    if (length >= 1 && length <= SOURCE_BYTES_MAX && !source_is_own(*source) &&
        strspn(*source, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length) {
        return true;
    }
    refuse_option(invocation, "source", "a word of a-z, 0-9, _ and - that is not one of our own");
    return false;
}

static bool read_options(const struct invocation *invocation, struct import *import,
                         struct import_rows_options *rows) {
    *rows = (struct import_rows_options){
        .path = invocation->operand,
        .ignore_unknown = invocation_option(invocation, "ignore-unknown") != NULL,
    };
    import->dry_run = invocation_option(invocation, "dry-run") != NULL;
    import->survey = invocation_option(invocation, "survey");
    return invocation_number(invocation, "account", 1, INT64_MAX, &import->account_id) &&
           read_format(invocation, &rows->format) && read_separator(invocation, &rows->separator) &&
           read_source(invocation, &import->source);
}

/* ---- importing ---- */

static bool has_account(struct import *import) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(import->database.db);
    int64_t *ids = NULL;
    size_t count = 0;
    enum outcome outcome = connection
                               ? load_account_ids(connection, import->account_id, &ids, &count)
                               : OUTCOME_UNAVAILABLE;
    free(ids);
    if (outcome == OUTCOME_OK && count == 0) {
        fputs("understood: there is no such account; see `understood account list`\n", stderr);
    }
    return outcome == OUTCOME_OK && count > 0;
}

static bool take_rows(struct import *import, const struct import_kind *kind,
                      struct import_progress *progress) {
    struct import_row row;
    bool good = true;
    while (good && import_rows_next(&import->rows, &row)) {
        import->counts.read++;
        if (row.body) {
            good = kind->take(import, &row);
        } else {
            import_rejects_add_one(&import->rejects, &row.place, row.column, row.objection);
        }
        import_progress_draw(progress, import);
    }
    return good && !import->rows.feed.failed;
}

static int conclude(struct import *import, const struct import_progress *progress, bool good) {
    int64_t lost = (int64_t)atomic_load(&import->counts.lost);
    import_progress_end(progress, import);
    good = import_rejects_finish(&import->rejects) && good && lost == 0;
    import_rejects_show(&import->rejects);
    import_print_summary(progress, import);
    if (!good) {
        fputs("understood: not all could be imported (see above); the same command once more goes "
              "on\n",
              stderr);
        return EXIT_FAILURE;
    }
    return import_rejects_count(&import->rejects) > 0 ? EXIT_REJECTED : EXIT_SUCCESS;
}

static int import_all(struct import *import, const struct import_kind *kind) {
    struct import_progress progress = {.started_us = time_monotonic_us()};
    bool good = has_account(import) && kind->begin(import);
    if (!good) {
        kind->end(import);
        return EXIT_FAILURE;
    }
    good = take_rows(import, kind, &progress);
    kind->end(import);
    return conclude(import, &progress, good);
}

static int open_and_import(struct import *import, const struct invocation *invocation,
                           const struct import_kind *kind,
                           const struct import_rows_options *options) {
    const char *rejects = invocation_option(invocation, "rejects");
    if (!import_rows_open(&import->rows, options) ||
        !import_rejects_open(&import->rejects, &import->rows, rejects) ||
        !database_open(&import->database, import->config, kind->connections)) {
        return EXIT_FAILURE;
    }
    int status = import_all(import, kind);
    database_close(&import->database);
    return status;
}

int run_import(const struct invocation *invocation, const struct import_kind *kind) {
    struct import import = {.config = &invocation->config};
    struct import_rows_options options;
    if (!read_options(invocation, &import, &options)) {
        return EXIT_USAGE;
    }
    options.table = &kind->columns;
    int status = open_and_import(&import, invocation, kind, &options);
    import_rejects_clear(&import.rejects);
    import_rows_clear(&import.rows);
    return status;
}
