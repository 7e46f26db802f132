#include "api/suppression_json.h"

#include "base/time.h"

const struct choice suppression_reasons[] = {
    {"unsubscribed", SUPPRESSION_UNSUBSCRIBED},
    {"bounced", SUPPRESSION_BOUNCED},
    {"complaint", SUPPRESSION_COMPLAINT},
    {"manual", SUPPRESSION_MANUAL},
    {NULL, 0},
};

static void append_text(struct text *text, const char *name, const char *value) {
    if (value) {
        text_append_format(text, ",\"%s\":", name);
        text_append_json(text, value);
    }
}

void suppression_append_json(struct text *text, const struct suppression *suppression) {
    char id[UUID_TEXT_SIZE];
    char time[TIME_TEXT_SIZE];
    uuid_format(&suppression->id, id);
    text_append_format(text, "{\"id\":\"%s\"", id);
    append_text(text, "email", suppression->email);
    append_text(text, "reason", suppression_reason_name(suppression->reason));
    append_text(text, "note", suppression->note);
    if (suppression->has_invitation) {
        uuid_format(&suppression->invitation_id, id);
        append_text(text, "invitation", id);
    }
    time_format(suppression->created_at_us, time);
    append_text(text, "created_at", time);
    text_append_char(text, '}');
}
