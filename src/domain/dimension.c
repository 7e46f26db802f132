#include "domain/dimension.h"

const char *dimension_name(enum dimension dimension) {
    static const char *const names[DIMENSIONS] = {
        [DIMENSION_AGENT] = "agent",       [DIMENSION_TEAM] = "team",
        [DIMENSION_CHANNEL] = "channel",   [DIMENSION_REASON] = "reason",
        [DIMENSION_LANGUAGE] = "language", [DIMENSION_SOURCE] = "source",
    };
    return names[dimension];
}
