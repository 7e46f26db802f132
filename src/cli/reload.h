/* SIGHUP: the configuration is read again and what can change does. */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

#include <stdbool.h>

#include "cli/service.h"

/*
 * Reads the configuration as at the start (path as --config named it, or NULL) and applies the keys
 * that reload; API keys and surveys in memory are forgotten. One line is logged: what was applied,
 * and what waits for a restart. A configuration with a mistake changes nothing; false, logged.
 */
bool reload(struct service *service, struct config *config, const char *path);

#endif
