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

static void append_text_if(struct text *text, const char *name, const char *value) {
    if (value) {
        append_text(text, name, value);
    }
}

static void append_id(struct text *text, const struct invitation *invitation,
                      const struct invitation_view *view) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&invitation->id, id);
    if (!view->would_be) {
        text_append_format(text, "\"id\":\"%s\",", id);
    }
}

static void append_verdict(struct text *text, const struct invitation_view *view) {
    append_text(text, "verdict", view->verdict);
    append_text_if(text, "reason", view->skip_reason);
    append_text_if(text, "invitation_verdict", view->invitation_verdict);
    append_text_if(text, "invitation_reason", view->invitation_skip_reason);
}

/* What became of its mail. */
static void append_mail(struct text *text, const struct invitation *invitation) {
    append_time(text, "eligible_at", invitation->eligible_at_us);
    append_time(text, "due_at", invitation->due_at_us);
    append_time(text, "sent_at", invitation->sent_at_us);
    append_time(text, "reminded_at", invitation->reminded_at_us);
    if (invitation->attempts > 0) {
        text_append_format(text, ",\"attempts\":%d", invitation->attempts);
    }
    if (invitation->unclear_attempts > 0) {
        text_append(text, ",\"perhaps_sent_twice\":true");
    }
    append_text_if(text, "mail_error", invitation->mail_error);
}

static void append_revision(struct text *text, const struct invitation *invitation,
                            const struct invitation_view *view) {
    if (!view->would_be) {
        text_append_format(text, ",\"revision\":%d", invitation->revision);
    }
}

void invitation_append_json(struct text *text, const struct invitation *invitation,
                            const struct invitation_view *view) {
    text_append_char(text, '{');
    append_id(text, invitation, view);
    text_append(text, "\"survey\":");
    text_append_json(text, invitation->survey);
    if (!view->without_contact) {
        text_append(text, ",\"contact\":");
        contact_append_json(text, &invitation->contact);
    }
    append_text_if(text, "url", view->url);
    append_text(text, "source", invitation->source);
    append_time(text, "created_at", invitation->created_at_us);
    append_time(text, "expires_at", invitation->expires_at_us);
    append_mail(text, invitation);
    append_time(text, "answered_at", invitation->answered_at_us);
    append_verdict(text, view);
    append_revision(text, invitation, view);
    if (view->email) {
        append_email(text, view->email);
    }
    text_append_char(text, '}');
}

const char *invitation_verdict(const struct invitation *invitation, int64_t now_us) {
    bool handed_out = invitation->verdict == VERDICT_CREATED || invitation->verdict == VERDICT_SENT;
    if (invitation->answered_at_us != TIME_NONE) {
        return "answered";
    }
    return handed_out && invitation->expires_at_us <= now_us ? "expired"
                                                             : verdict_name(invitation->verdict);
}

const char *invitation_skip_reason(const struct invitation *invitation) {
    return invitation->answered_at_us == TIME_NONE ? skip_reason_name(invitation->skip_reason)
                                                   : NULL;
}

bool invitation_shows_url(const struct invitation *invitation) {
    return invitation->verdict != VERDICT_SKIPPED;
}
