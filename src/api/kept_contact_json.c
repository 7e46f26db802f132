#include "api/kept_contact_json.h"

#include "api/invitation_json.h"
#include "api/response_json.h"
#include "base/time.h"

static void append_time(struct text *text, const char *name, int64_t time_us) {
    char value[TIME_TEXT_SIZE];
    if (time_us != TIME_NONE) {
        time_format(time_us, value);
        text_append_format(text, ",\"%s\":\"%s\"", name, value);
    }
}

static void append_repeat(struct text *text, const struct kept_contact *kept) {
    if (kept->repeat_ref) {
        text_append(text, ",\"repeat\":{\"ref\":");
        text_append_json(text, kept->repeat_ref);
        append_time(text, "at", kept->repeat_at_us);
        text_append_format(text, ",\"same_reason\":%s}",
                           kept->repeat_same_reason ? "true" : "false");
    }
}

static void append_members(struct text *text, const struct kept_contact *kept) {
    contact_append_members(text, &kept->contact);
    text_append(text, ",\"source\":");
    text_append_json(text, kept->source);
    append_time(text, "recorded_at", kept->recorded_at_us);
    append_time(text, "reopened_at", kept->reopened_at_us);
    append_time(text, "reassigned_at", kept->reassigned_at_us);
    append_repeat(text, kept);
}

void kept_contact_append_json(struct text *text, const struct kept_contact *kept) {
    text_append_char(text, '{');
    append_members(text, kept);
    text_append_char(text, '}');
}

void contact_with_invitations_append_json(struct text *text, const struct kept_contact *kept,
                                          const struct invitation_list *invitations) {
    text_append_char(text, '{');
    append_members(text, kept);
    text_append(text, ",\"invitations\":[");
    for (size_t i = 0; i < invitations->count; i++) {
        const struct invitation *invitation = &invitations->invitations[i];
        struct invitation_view view = {
            .without_contact = true,
            .verdict = invitation_verdict(invitation, time_now_us()),
            .skip_reason = invitation_skip_reason(invitation),
        };
        text_append(text, i ? "," : "");
        invitation_append_json(text, invitation, &view);
    }
    text_append(text, "]}");
}
