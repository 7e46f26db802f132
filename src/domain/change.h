/* How scores changed from one period to the next: other customers each time, so that the two are
 * independent. */
#ifndef DOMAIN_CHANGE_H
#define DOMAIN_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/difference.h"
#include "domain/score.h"

/* What is compared of a score. */
enum compared {
    COMPARED_UNDERSTOOD,
    COMPARED_CSAT,
    COMPARED_NPS, /* its difference in -200..200 */
    COMPARED_CES,
    COMPARED_FRUSTRATED, /* above zero is worse, as of the next */
    COMPARED_REPEATED,
    COMPARED,
};

/* "understood", "csat", "nps", "ces", "frustrated", "repeat_rate" */
const char *compared_name(enum compared compared);

struct change {
    bool withheld; /* one of the two scores is: nothing is known but of repeats */
    struct change_cell {
        bool known; /* both periods have an n, and neither's rate is withheld */
        struct difference difference;
        double p_adjusted; /* by changes_adjust */
    } cells[COMPARED];
};

/* From before to now; both scores are marked already where they are to be. */
struct change change_of(const struct score *now, const struct score *before);

/* Adjusts the p of all known cells of a table for their number (Benjamini-Hochberg). False: out of
 * memory. */
bool changes_adjust(struct change changes[], size_t count);

#endif
