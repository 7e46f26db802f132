/* Whether the keys of [alerts] make sense. */
#ifndef CONFIG_ALERTS_H
#define CONFIG_ALERTS_H

#include <stdbool.h>

#include "base/text.h"
#include "config.h"

/* False, with what to mend appended to mistake, when they do not. */
bool alert_keys_agree(const struct config *config, struct text *mistake);

#endif
