#include "cli/scorer.h"

#include "base/log.h"

bool load_scorer(struct sentiment_scorer *scorer) {
    const char *objection;
    if (!sentiment_scorer_load(scorer, &objection)) {
        log_error("could not load the model for comments: %s", objection);
        return false;
    }
    return true;
}
