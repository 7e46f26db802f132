/* Whether the keys of [mail] make sense together. */
#ifndef CONFIG_MAIL_H
#define CONFIG_MAIL_H

#include <stdbool.h>

#include "base/text.h"
#include "config.h"

/* False, with what to mend appended to mistake, when they do not. */
bool mail_keys_agree(const struct config *config, struct text *mistake);

#endif
