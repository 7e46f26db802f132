/* The configuration's part that comes from environment variables, and from files that they name. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include <stdbool.h>

#include "base/text.h"
#include "config.h"

#define ENVIRONMENT_PREFIX "UNDERSTOOD_"

/* Sets what DATABASE_URL and UNDERSTOOD_<SECTION>_<KEY> say, or the files that the same names with
 * _FILE name. False, with the reason appended, on the first bad one, or one that means no key. */
bool config_read_variables(struct config *config, struct text *mistake);

#endif
