#include "cli/reload.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "config_keys.h"

static void append_name(struct text *names, const struct config_key *key) {
    text_append_format(names, "%s[%s] %s", names->length ? ", " : "", key->section, key->name);
}

/* The rules that are exchanged as a whole: proxies, origins, limits. */
static bool edge_differs(const struct config *one, const struct config *other) {
    bool differs = false;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        bool of_edge = key->type == CONFIG_LIST || strcmp(key->section, "limits") == 0;
        differs = differs || (of_edge && !config_key_equal(one, other, key));
    }
    return differs;
}

/* Names what changed; takes over what may. */
static void take_over(struct config *config, const struct config *fresh, struct text *applied,
                      struct text *waiting) {
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (config_key_equal(config, fresh, key)) {
            continue;
        }
        bool taken = key->reloads && config_key_copy(config, fresh, key);
        append_name(taken ? applied : waiting, key);
    }
}

bool reload(struct service *service, struct config *config, const char *path) {
    CLEANUP(text_clear) struct text mistake = {0};
    CLEANUP(text_clear) struct text applied = {0};
    CLEANUP(text_clear) struct text waiting = {0};
    struct config fresh;
    if (!config_read(&fresh, path, &mistake)) {
        log_error("nothing was reloaded: %s", mistake.length ? mistake.bytes : "out of memory");
        return false;
    }
    bool edge_changed = edge_differs(config, &fresh);
    take_over(config, &fresh, &applied, &waiting);
    config_clear(&fresh);
    service_apply(service, config, edge_changed);
    log_info("reloaded; changed: %s; waiting for a restart: %s",
             applied.length ? applied.bytes : "nothing",
             waiting.length ? waiting.bytes : "nothing");
    return true;
}
