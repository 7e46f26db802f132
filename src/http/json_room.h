/*
 * Parsed JSON that lives no longer than a handler on an http thread: its nodes are taken from a
 * room of the thread's own, and given back all at once. A small body is some sixty nodes; malloc
 * and free of each cost more than parsing.
 */
#ifndef HTTP_JSON_ROOM_H
#define HTTP_JSON_ROOM_H

#include <jansson.h>
#include <stddef.h>

/* Once, before there are threads: jansson takes its memory through us. Without it all is malloc's.
 */
void json_room_init(void);

/* As json_loadb. The value must not outlive json_room_release on the same thread, nor leave the
 * thread; what is copied from it may. */
json_t *json_room_parse(const char *bytes, size_t length, size_t flags, json_error_t *error);

/* json is the last json_room_parse's value, or NULL. */
void json_room_release(json_t *json);

#endif
