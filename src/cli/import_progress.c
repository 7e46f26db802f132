#include "cli/import_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/time.h"

#define REDRAW_EVERY_US (US_PER_SECOND / 5)
#define LOOK_EVERY_ROWS 64
#define BAR_WIDTH       24

static double seconds_since(int64_t start_us) {
    return (double)(time_monotonic_us() - start_us + 1) / (double)US_PER_SECOND;
}

static void draw_bar(double share) {
    int filled = (int)(share * BAR_WIDTH);
    fputc('[', stderr);
    for (int i = 0; i < BAR_WIDTH; i++) {
        fputc(i < filled ? '#' : '.', stderr);
    }
    fprintf(stderr, "] %3.0f %%  ", share * 100);
}

static void draw(const struct import_progress *progress, const struct import *import) {
    const struct import_rows *rows = &import->rows;
    int64_t consumed = rows->given - (int64_t)(rows->feed.end - rows->feed.start);
    fputc('\r', stderr);
    if (rows->size > 0) {
        draw_bar(consumed < rows->size ? (double)consumed / (double)rows->size : 1);
    }
    fprintf(stderr, "%" PRId64 " rows, %" PRId64 " rejected, %.0f a second ", import->counts.read,
            import_rejects_count(&import->rejects),
            (double)import->counts.read / seconds_since(progress->started_us));
    fflush(stderr);
}

void import_progress_draw(struct import_progress *progress, const struct import *import) {
    if (import->counts.read % LOOK_EVERY_ROWS != 0 || !isatty(STDERR_FILENO)) {
        return;
    }
    int64_t now_us = time_monotonic_us();
    if (now_us - progress->drawn_us > REDRAW_EVERY_US) {
        progress->drawn_us = now_us;
        draw(progress, import);
    }
}

void import_progress_end(const struct import_progress *progress, const struct import *import) {
    if (isatty(STDERR_FILENO)) {
        draw(progress, import);
        fputc('\n', stderr);
    }
}

void import_print_summary(const struct import_progress *progress, const struct import *import) {
    const struct import_counts *counts = &import->counts;
    int64_t rejected = import_rejects_count(&import->rejects);
    double seconds = seconds_since(progress->started_us);
    if (import->dry_run) {
        printf("%" PRId64 " rows read, %" PRId64 " of them good, %" PRId64
               " rejected; a dry run stores nothing; %.1f s\n",
               counts->read, counts->read - rejected, rejected, seconds);
        return;
    }
    printf("%" PRId64 " rows read: %" PRIdFAST64 " stored, %" PRIdFAST64 " changed, %" PRIdFAST64
           " known before, %" PRId64 " rejected; %.1f s, %.0f rows a second\n",
           counts->read, atomic_load(&counts->stored), atomic_load(&counts->changed),
           atomic_load(&counts->known), rejected, seconds, (double)counts->read / seconds);
}
