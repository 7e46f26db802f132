#include "api/invitation_json.h"

#include "api/response_json.h"
#include "base/time.h"

static void append_text(struct text *text, const char *name, const char *value) {
    text_append_format(text, ",\"%s\":", name);
    text_append_json(text, value);
}

static void append_time(struct text *text, const char *name, int64_t time_us) {
    if (time_us != TIME_NONE) {
        char value[TIME_TEXT_SIZE];
        time_format(time_us, value);
        append_text(text, name, value);
    }
}

static void append_email(struct text *text, const struct email_block *email) {
    text_append(text, ",\"email\":{\"subject\":");
    text_append_json(text, email->subject);
    append_text(text, "html", email->html);
    append_text(text, "text", email->text);
    text_append_char(text, '}');
}

void invitation_append_json(struct text *text, const struct invitation *invitation,
                            const struct invitation_view *view) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&invitation->id, id);
    text_append_format(text, "{\"id\":\"%s\"", id);
    append_text(text, "survey", invitation->survey);
    text_append(text, ",\"contact\":");
    contact_append_json(text, &invitation->contact);
    if (view->url) {
        append_text(text, "url", view->url);
    }
    append_text(text, "source", invitation->source);
    append_time(text, "created_at", invitation->created_at_us);
    append_time(text, "expires_at", invitation->expires_at_us);
    append_time(text, "sent_at", invitation->sent_at_us);
    append_time(text, "answered_at", invitation->answered_at_us);
    append_text(text, "verdict", view->verdict);
    if (view->email) {
        append_email(text, view->email);
    }
    text_append_char(text, '}');
}

const char *invitation_verdict(const struct invitation *invitation, int64_t now_us) {
    if (invitation->answered_at_us != TIME_NONE) {
        return "answered";
    }
    return invitation->expires_at_us <= now_us ? "expired" : verdict_name(VERDICT_CREATED);
}
