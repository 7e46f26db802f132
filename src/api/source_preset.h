/* Ready-made sources, one file each in config/presets: {"preset", "title", "setup" [steps],
 * "templates" [{"name", "body"}], "definition"}. */
#ifndef API_SOURCE_PRESET_H
#define API_SOURCE_PRESET_H

#include <jansson.h>

#include "api/mistakes.h"

/* All of them, as they are, by name; NULL when out of memory. The caller owns it. */
json_t *source_presets(void);

/*
 * A preset's definition with what json, a request's definition, says otherwise: a member of it
 * takes the place of the preset's, null takes it out; verify and fields are merged member by
 * member, except where verify names another scheme. Without "preset" in json it is json itself. The
 * caller owns it; NULL after a mistake, or when out of memory.
 */
json_t *source_with_preset(const json_t *json, struct mistakes *mistakes);

#endif
