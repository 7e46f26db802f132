/* What an import shows of itself: a line on a terminal while it runs, a summary at its end. */
#ifndef CLI_IMPORT_PROGRESS_H
#define CLI_IMPORT_PROGRESS_H

#include <stdint.h>

#include "cli/import.h"

struct import_progress {
    int64_t started_us;
    int64_t drawn_us;
};

/* On a terminal, now and then. */
void import_progress_draw(struct import_progress *progress, const struct import *import);

/* The last line, on a terminal. */
void import_progress_end(const struct import_progress *progress, const struct import *import);

/* One line on stdout. */
void import_print_summary(const struct import_progress *progress, const struct import *import);

#endif
