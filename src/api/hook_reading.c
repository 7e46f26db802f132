#include "api/hook_reading.h"

#include <inttypes.h>

#include "api/hook_conditions.h"
#include "api/source_verifier.h"
#include "base/cleanup.h"
#include "base/log.h"

bool hook_begin(struct hook *hook, const struct source *source,
                const struct webhook_message *message, int64_t now_us) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    *hook = (struct hook){
        .source = source,
        .message = *message,
        .now_us = now_us,
        .steps = json_array(),
        .contact = HOOK_CONTACT_NONE,
    };
    if (!source_definition_read(source->definition, &hook->definition, &mistakes)) {
        log_error("could not read the definition of source %s of account %" PRId64, source->name,
                  source->account_id);
        return false;
    }
    return hook->steps != NULL;
}

void hook_clear(struct hook *hook) {
    source_definition_clear(&hook->definition);
    hook_contact_clear(&hook->contact);
    json_decref(hook->steps);
    json_decref(hook->body);
    json_decref(hook->id);
    *hook = (struct hook){.contact = HOOK_CONTACT_NONE};
}

bool hook_step(struct hook *hook, const char *step, bool ok, json_t *detail) {
    json_t *told = json_pack("{s:s, s:b}", "step", step, "ok", (int)ok);
    if (detail) {
        json_object_set_new(told, "detail", detail);
    }
    return json_array_append_new(hook->steps, told) == 0 && ok;
}

bool hook_verify(struct hook *hook, struct webhook_finding *finding) {
    const struct source *source = hook->source;
    const struct webhook_verifier *verifier = &hook->definition.verifier;
    const struct webhook_secrets secrets = {source->secret, source->previous_secret,
                                            source->previous_valid_until_us};
    bool verified = webhook_verify(verifier, &secrets, &hook->message, hook->now_us, finding);
    return hook_step(hook, "verify", verified,
                     verified ? source_verifier_words(verifier) : json_string(finding->detail));
}

/* Later members of one name win, and U+0000 in a text harms nothing: it is the sender's JSON. */
static bool parse(struct hook *hook) {
    json_error_t error;
    const struct webhook_message *message = &hook->message;
    hook->body =
        json_loadb(message->body, message->body_length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    json_t *detail = hook->body
                         ? json_sprintf("%zu bytes of JSON", message->body_length)
                         : json_sprintf("is no JSON: at byte %d: %s", error.position, error.text);
    return hook_step(hook, "parse", hook->body != NULL, detail);
}

/* ---- what happened ---- */

static json_t *tell_condition(const json_t *condition) {
    const char *pointer = json_string_value(json_object_get(condition, "pointer"));
    const char *header = json_string_value(json_object_get(condition, "header"));
    return json_string(pointer ? pointer : header);
}

/* Where each alternative fails. */
static json_t *failing_places(const struct hook *hook, const json_t *alternatives) {
    json_t *places = json_array();
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        const json_t *failing =
            hook_condition_failing(json_array_get(alternatives, i), hook->body, &hook->message);
        json_array_append_new(places, tell_condition(failing));
    }
    return places;
}

static void find_event(struct hook *hook) {
    const struct source_definition *definition = &hook->definition;
    int solved = hook_conditions_which(definition->solved, hook->body, &hook->message);
    int reopened = hook_conditions_which(definition->reopened, hook->body, &hook->message);
    if (solved >= 0) {
        hook->event = REPORT_SOLVED;
        hook_step(hook, "conditions", true, json_sprintf("solved: /solved/%d holds", solved));
    } else if (reopened >= 0) {
        hook->event = REPORT_REOPENED;
        hook_step(hook, "conditions", true, json_sprintf("reopened: /reopened/%d holds", reopened));
    } else {
        hook->event = REPORT_CHANGED;
        hook_step(hook, "conditions", true,
                  json_string("neither solved nor reopened: the contact may have changed hands"));
        json_t *step = json_array_get(hook->steps, json_array_size(hook->steps) - 1);
        json_object_set_new(step, "solved_fails_at", failing_places(hook, definition->solved));
        json_object_set_new(step, "reopened_fails_at", failing_places(hook, definition->reopened));
    }
}

/* ---- to whom ---- */

static void hide_values(json_t *fields) {
    for (size_t i = 0; i < json_array_size(fields); i++) {
        json_object_del(json_array_get(fields, i), "value");
    }
}

static const char *say_found(const struct hook *hook) {
    if (hook->readable) {
        return "the contact is known by its ref";
    }
    return "no ref was found, so there is no contact; see the field /fields/ref";
}

static bool read_contact(struct hook *hook) {
    if (!hook_read_contact(hook->definition.fields, hook->body, hook->now_us, &hook->contact)) {
        return false;
    }
    hook->readable = hook->contact.contact.ref != NULL;
    if (!hook->tells_values) {
        hide_values(hook->contact.fields);
    }
    hook_step(hook, "fields", hook->readable, json_string(say_found(hook)));
    json_t *step = json_array_get(hook->steps, json_array_size(hook->steps) - 1);
    return json_object_set(step, "fields", hook->contact.fields) == 0;
}

bool hook_read(struct hook *hook) {
    if (!parse(hook)) {
        return true;
    }
    find_event(hook);
    hook->id = source_delivery_id(&hook->definition, &hook->message, hook->body);
    return read_contact(hook);
}
