#include "domain/frustration.h"

#include <math.h>

#define GOOD_UP_TO   0.10
#define GOOD_SHARE   0.4
#define NOT_ANSWERED (-1.0) /* nor scored */

static double by_understood(enum understood understood) {
    static const double values[] = {
        [UNDERSTOOD_NONE] = NOT_ANSWERED,
        [UNDERSTOOD_YES] = 0.05,
        [UNDERSTOOD_PARTLY] = 0.40,
        [UNDERSTOOD_NO] = 0.80,
    };
    return values[understood];
}

static double by_csat(int csat) {
    static const double values[CSAT_MAX + 1] = {NOT_ANSWERED, 0.90, 0.75, 0.35, 0.10, 0.05};
    return values[csat];
}

static double by_nps(int nps) {
    static const double values[NPS_MAX + 1] = {0.85, 0.85, 0.85, 0.75, 0.75, 0.60,
                                               0.60, 0.25, 0.25, 0.05, 0.05};
    return nps == NPS_NONE ? NOT_ANSWERED : values[nps];
}

static double worst_of(const struct answers *answers) {
    return fmax(by_understood(answers->understood),
                fmax(by_csat(answers->csat), by_nps(answers->nps)));
}

bool frustration_of(const struct answers *answers, const struct sentiment *sentiment,
                    double *frustration) {
    double worst = worst_of(answers);
    double text =
        sentiment && sentiment->extent == SENTIMENT_WHOLE ? sentiment->frustration : NOT_ANSWERED;
    if (worst < 0) {
        *frustration = text < 0 ? *frustration : text;
        return text >= 0;
    }
    double share = worst <= GOOD_UP_TO ? GOOD_SHARE : 1;
    *frustration = worst + (1 - worst) * share * fmax(0, 2 * text - 1);
    return true;
}
