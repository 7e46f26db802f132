/* THE table: every operation, who may call it, and where it runs. */
#ifndef ROUTES_H
#define ROUTES_H

#include <stddef.h>

#include "http/router.h"

extern const struct route routes[];
extern const size_t route_count;

#endif
