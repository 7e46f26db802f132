#include "domain/change.h"

#include <stdlib.h>

#include "domain/multiplicity.h"

#define NPS_SCALE 100

static struct change_cell trials_cell(struct trials now, struct trials before) {
    struct change_cell cell = {.known = now.n > 0 && before.n > 0};
    if (cell.known) {
        cell.difference = rate_difference(&now, &before);
    }
    return cell;
}

static struct change_cell rate_cell(const struct score *now, const struct score *before,
                                    enum rate rate) {
    return trials_cell(trials_of(now, rate), trials_of(before, rate));
}

static struct change_cell repeat_cell(const struct repeat_score *now,
                                      const struct repeat_score *before) {
    if (now->withheld || before->withheld) {
        return (struct change_cell){0};
    }
    return trials_cell((struct trials){now->repeated.count, now->n},
                       (struct trials){before->repeated.count, before->n});
}

static struct change_cell nps_cell(const struct nps_score *now, const struct nps_score *before) {
    struct change_cell cell = {.known = now->n > 0 && before->n > 0};
    if (cell.known) {
        cell.difference = nps_difference(now, before);
        cell.difference.difference *= NPS_SCALE;
        cell.difference.interval.low *= NPS_SCALE;
        cell.difference.interval.high *= NPS_SCALE;
    }
    return cell;
}

struct change change_of(const struct score *now, const struct score *before) {
    struct change change = {.withheld = now->withheld || before->withheld};
    if (!change.withheld) {
        change.cells[COMPARED_UNDERSTOOD] = rate_cell(now, before, RATE_UNDERSTOOD);
        change.cells[COMPARED_CSAT] = rate_cell(now, before, RATE_CSAT);
        change.cells[COMPARED_NPS] = nps_cell(&now->nps, &before->nps);
        change.cells[COMPARED_CES] = rate_cell(now, before, RATE_CES);
        change.cells[COMPARED_FRUSTRATED] = rate_cell(now, before, RATE_FRUSTRATED);
    }
    change.cells[COMPARED_REPEATED] = repeat_cell(&now->repeat, &before->repeat);
    return change;
}

static struct change_cell *cell_at(struct change changes[], size_t index) {
    return &changes[index / COMPARED].cells[index % COMPARED];
}

bool changes_adjust(struct change changes[], size_t count) {
    size_t cells = count * COMPARED;
    double *p = calloc(2 * cells + 1, sizeof *p);
    if (!p) {
        return false;
    }
    size_t known = 0;
    for (size_t i = 0; i < cells; i++) {
        if (cell_at(changes, i)->known) {
            p[known++] = cell_at(changes, i)->difference.p;
        }
    }
    double *adjusted = p + cells;
    bool done = benjamini_hochberg(p, adjusted, known);
    for (size_t i = 0; done && i < cells; i++) {
        if (cell_at(changes, i)->known) {
            cell_at(changes, i)->p_adjusted = *adjusted++;
        }
    }
    free(p);
    return done;
}

const char *compared_name(enum compared compared) {
    static const char *const names[COMPARED] = {
        [COMPARED_UNDERSTOOD] = "understood",
        [COMPARED_CSAT] = "csat",
        [COMPARED_NPS] = "nps",
        [COMPARED_CES] = "ces",
        [COMPARED_FRUSTRATED] = "frustrated",
        [COMPARED_REPEATED] = "repeat_rate",
    };
    return names[compared];
}
