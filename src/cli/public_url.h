#ifndef CLI_PUBLIC_URL_H
#define CLI_PUBLIC_URL_H

#include <stdbool.h>

#include "config.h"

#define PUBLIC_URL_SIZE 256

/* What survey links start with, without a slash at the end: [http] public_url, else http:// and the
 * first TCP address of listen; false when that has none. */
bool find_public_url(const struct config *config, const char *listen, char url[PUBLIC_URL_SIZE]);

/* Says on stderr, as a log line, that it must be set. */
void refuse_without_public_url(void);

#endif
