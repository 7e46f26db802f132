#include "api/response_json.h"

#include "api/estimate_json.h"
#include "base/time.h"
#include "store/extras_json.h"

/* Appends ,"name":"value" (without the comma after an opening brace), or nothing for NULL. */
static void append_member(struct text *text, const char *name, const char *value) {
    if (!value) {
        return;
    }
    if (text->length > 0 && text->bytes[text->length - 1] != '{') {
        text_append_char(text, ',');
    }
    text_append_char(text, '"');
    text_append(text, name);
    text_append(text, "\":");
    text_append_json(text, value);
}

static void append_int_member(struct text *text, const char *name, int64_t value) {
    if (text->length > 0 && text->bytes[text->length - 1] != '{') {
        text_append_char(text, ',');
    }
    text_append_char(text, '"');
    text_append(text, name);
    text_append(text, "\":");
    text_append_int(text, value);
}

static void append_time_member(struct text *text, const char *name, int64_t time_us) {
    char value[TIME_TEXT_SIZE];
    if (time_us != TIME_NONE) {
        time_format(time_us, value);
        append_member(text, name, value);
    }
}

static void append_uuid_member(struct text *text, const char *name, const struct uuid *uuid) {
    char value[UUID_TEXT_SIZE];
    uuid_format(uuid, value);
    append_member(text, name, value);
}

static void append_agents(struct text *text, const struct contact *contact) {
    text_append(text, ",\"agents\":[");
    for (size_t i = 0; i < contact->agent_count; i++) {
        if (i > 0) {
            text_append_char(text, ',');
        }
        text_append_json(text, contact->agents[i]);
    }
    text_append_char(text, ']');
}

static void append_customer(struct text *text, const struct contact *contact) {
    if (!contact->customer_ref && !contact->customer_email && !contact->customer_name) {
        return;
    }
    text_append(text, ",\"customer\":{");
    append_member(text, "ref", contact->customer_ref);
    append_member(text, "email", contact->customer_email);
    append_member(text, "name", contact->customer_name);
    text_append_char(text, '}');
}

static void append_credit(struct text *text, int64_t milli) {
    int64_t magnitude = milli < 0 ? -milli : milli;
    text_append(text, milli < 0 ? ",\"credit_amount\":-" : ",\"credit_amount\":");
    text_append_int(text, magnitude / 1000);
    if (magnitude % 1000) {
        text_append_format(text, ".%03d", (int)(magnitude % 1000));
    }
}

void contact_append_members(struct text *text, const struct contact *contact) {
    text_append(text, "\"ref\":");
    text_append_json(text, contact->ref);
    append_agents(text, contact);
    append_member(text, "team", contact->team);
    append_member(text, "channel", contact->channel);
    append_member(text, "reason", contact->reason);
    append_member(text, "language", contact->language);
    append_customer(text, contact);
    append_time_member(text, "solved_at", contact->solved_at_us);
    append_time_member(text, "opened_at", contact->opened_at_us);
    if (contact->handled_s != HANDLED_S_NONE) {
        append_int_member(text, "handled_s", contact->handled_s);
    }
    if (contact->credit_amount_milli != CREDIT_AMOUNT_NONE) {
        append_credit(text, contact->credit_amount_milli);
    }
}

void contact_append_json(struct text *text, const struct contact *contact) {
    text_append_char(text, '{');
    contact_append_members(text, contact);
    text_append_char(text, '}');
}

static void append_extras(struct text *text, const struct extras *extras) {
    if (extras->count > 0 && text->length > 0 && text->bytes[text->length - 1] != '{') {
        text_append_char(text, ',');
    }
    extras_append_members(text, extras);
}

void answers_append_json(struct text *text, const struct answers *answers) {
    text_append_char(text, '{');
    append_member(text, "understood", understood_name(answers->understood));
    if (answers->csat != CSAT_NONE) {
        append_int_member(text, "csat", answers->csat);
    }
    if (answers->nps != NPS_NONE) {
        append_int_member(text, "nps", answers->nps);
    }
    if (answers->ces != CES_NONE) {
        append_int_member(text, "ces", answers->ces);
    }
    append_member(text, "comment", answers->comment);
    append_extras(text, &answers->extras);
    text_append_char(text, '}');
}

void response_append_json(struct text *text, const struct survey_response *response,
                          const struct sentiment_scorer *scorer) {
    text_append_char(text, '{');
    append_uuid_member(text, "id", &response->id);
    append_member(text, "survey", response->survey);
    text_append(text, ",\"contact\":");
    contact_append_json(text, &response->contact);
    text_append(text, ",\"answers\":");
    answers_append_json(text, &response->answers);
    text_append(text, ",\"sentiment\":");
    estimate_append_json(text, response, scorer);
    append_time_member(text, "answered_at", response->answered_at_us);
    append_member(text, "trust", trust_name(response->trust));
    append_member(text, "source", response->source);
    append_int_member(text, "revision", response->revision);
    if (response->has_invitation) {
        append_uuid_member(text, "invitation", &response->invitation_id);
    }
    text_append_char(text, '}');
}
