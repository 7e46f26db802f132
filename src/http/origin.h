#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stdbool.h>

#include "base/words.h"

/* True for an origin as browsers send it: "https://desk.example", "http://[::1]:3000"; http or
 * https, lower case, no path, no default port. Neither * nor null. */
bool origin_is_sound(const struct word *word);

#endif
