/* Whatever a helpdesk's body holds: each preset makes at most a contact within the limits of it. */
#include <jansson.h>

#include "api/hook_conditions.h"
#include "api/hook_contact.h"
#include "api/source_preset.h"
#include "base/text.h"
#include "base/time.h"
#include "fuzz.h"

#define NOW (INT64_C(1795860000) * US_PER_SECOND)

static void check_text(const char *text, size_t bytes_max) {
    claim(!text || (*text && strlen(text) <= bytes_max && !text_is_blank(text) &&
                    !text_has_control(text, false)));
}

static void check_contact(const struct contact *contact) {
    check_text(contact->ref, CONTACT_REF_BYTES_MAX);
    check_text(contact->team, DIMENSION_BYTES_MAX);
    check_text(contact->channel, DIMENSION_BYTES_MAX);
    check_text(contact->reason, DIMENSION_BYTES_MAX);
    check_text(contact->customer_email, CUSTOMER_TEXT_BYTES_MAX);
    check_text(contact->customer_name, CUSTOMER_TEXT_BYTES_MAX);
    claim(contact->agent_count <= AGENTS_MAX);
    for (size_t i = 0; i < contact->agent_count; i++) {
        check_text(contact->agents[i], DIMENSION_BYTES_MAX);
    }
    claim(contact->solved_at_us <= NOW);
    claim(contact->opened_at_us == TIME_NONE || contact->opened_at_us <= contact->solved_at_us);
}

static void check_preset(const json_t *definition, const json_t *body) {
    const struct webhook_message message = {0};
    struct hook_contact found = HOOK_CONTACT_NONE;
    int which = hook_conditions_which(json_object_get(definition, "solved"), body, &message);
    claim(which >= -1 && which < (int)json_array_size(json_object_get(definition, "solved")));
    claim(hook_read_contact(json_object_get(definition, "fields"), body, NOW, &found));
    check_contact(&found.contact);
    hook_contact_clear(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static json_t *presets;
    if (!presets) {
        presets = source_presets();
    }
    json_t *body = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    for (size_t i = 0; body && i < json_array_size(presets); i++) {
        check_preset(json_object_get(json_array_get(presets, i), "definition"), body);
    }
    json_decref(body);
    return 0;
}
