#include "domain/estimate.h"

#include <math.h>
#include <string.h>

#include "domain/frustration.h"

/* As it is stored, so that it is the same before and after. */
static double rounded(double value) {
    return round(value * ESTIMATE_STEPS) / ESTIMATE_STEPS;
}

void estimate_of(const struct sentiment_scorer *scorer, const struct answers *answers,
                 const char *language, struct estimate *estimate) {
    struct sentiment sentiment = {.extent = SENTIMENT_EMPTY};
    double frustration = 0;
    if (answers->comment) {
        sentiment_score(scorer, answers->comment, strlen(answers->comment), language, &sentiment);
    }
    *estimate = (struct estimate){
        .has_polarity = sentiment.extent == SENTIMENT_WHOLE || sentiment.extent == SENTIMENT_SHORT,
        .has_frustration = frustration_of(answers, &sentiment, &frustration),
    };
    estimate->polarity = estimate->has_polarity ? rounded(sentiment.polarity) : 0;
    estimate->frustration = rounded(frustration);
    memcpy(estimate->model, scorer->model.version, sizeof estimate->model);
}

bool estimate_frustrated(const struct estimate *estimate) {
    return estimate->has_frustration && estimate->frustration >= FRUSTRATED_FROM;
}
