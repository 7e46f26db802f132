#include "http/json_room.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define ROOM_BYTES                                                                                 \
    (64U << 10) /* a body of 16 KiB seldom needs more; what does not fit is malloc's */

static bool in_use; /* set once, before there are threads */

static _Thread_local struct {
    _Alignas(max_align_t) char bytes[ROOM_BYTES];
    size_t used;
    bool open;       /* while parsing: what a handler makes may outlive the room */
    bool overflowed; /* some of the value's memory is malloc's */
} room;

static void *take(size_t size) {
    size_t unit = _Alignof(max_align_t);
    size_t rounded = (size + unit - 1) / unit * unit;
    if (!room.open || rounded < size || rounded > ROOM_BYTES - room.used) {
        room.overflowed = room.overflowed || room.open;
        return malloc(size);
    }
    void *taken = room.bytes + room.used;
    room.used += rounded;
    return taken;
}

static void give_back(void *pointer) {
    if ((uintptr_t)pointer - (uintptr_t)room.bytes >= ROOM_BYTES) {
        free(pointer);
    }
}

void json_room_init(void) {
    json_set_alloc_funcs(take, give_back);
    in_use = true;
}

json_t *json_room_parse(const char *bytes, size_t length, size_t flags, json_error_t *error) {
    room.used = 0;
    room.overflowed = !in_use;
    room.open = true;
    json_t *json = json_loadb(bytes, length, flags, error);
    room.open = false;
    return json;
}

void json_room_release(json_t *json) {
    if (room.overflowed) {
        json_decref(json);
    }
    room.overflowed = false;
}
