/* What many tests at once do to p-values. */
#ifndef DOMAIN_MULTIPLICITY_H
#define DOMAIN_MULTIPLICITY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * adjusted[i] is the smallest false discovery rate q at which test i counts as a discovery among
 * all count tests: Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289, as R's p.adjust. False:
 * out of memory.
 */
bool benjamini_hochberg(const double p[], double adjusted[], size_t count);

#endif
