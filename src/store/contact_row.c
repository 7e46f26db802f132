#include "store/contact_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "domain/address.h"

static bool copy_column(const PGresult *rows, int row, int column, char **text) {
    const char *value = db_text(rows, row, column);
    *text = value ? strdup(value) : NULL;
    return !value || *text;
}

/* Reads one element of a PostgreSQL array literal, quoted or not; *at stops behind it. */
static char *read_element(const char **at) {
    char *element = malloc(strlen(*at) + 1);
    if (!element) {
        return NULL;
    }
    bool quoted = **at == '"';
    *at += quoted;
    char *end = element;
    while (**at && **at != (quoted ? '"' : ',') && (quoted || **at != '}')) {
        *at += **at == '\\';
        *end++ = *(*at)++;
    }
    *end = '\0';
    *at += quoted;
    return element;
}

static bool read_agents(const char *literal, struct contact *contact) {
    const char *at = literal + (*literal == '{');
    while (*at && *at != '}' && contact->agent_count < AGENTS_MAX) {
        char *agent = read_element(&at);
        if (!agent) {
            return false;
        }
        contact->agents[contact->agent_count++] = agent;
        at += *at == ',';
    }
    return true;
}

bool contact_from_row(const PGresult *rows, int row, int first, struct contact *contact) {
    struct contact read = CONTACT_NONE;
    bool copied = copy_column(rows, row, first, &read.ref) &&
                  read_agents(PQgetvalue(rows, row, first + 1), &read) &&
                  copy_column(rows, row, first + 2, &read.team) &&
                  copy_column(rows, row, first + 3, &read.channel) &&
                  copy_column(rows, row, first + 4, &read.reason) &&
                  copy_column(rows, row, first + 5, &read.language) &&
                  copy_column(rows, row, first + 6, &read.customer_ref) &&
                  copy_column(rows, row, first + 7, &read.customer_email) &&
                  copy_column(rows, row, first + 8, &read.customer_name);
    if (!copied) {
        contact_clear(&read);
        return false;
    }
    read.solved_at_us = db_time(rows, row, first + 9);
    read.opened_at_us = db_time(rows, row, first + 10);
    if (!db_null(rows, row, first + 11)) {
        read.handled_s = (int)db_int(rows, row, first + 11);
    }
    if (!db_null(rows, row, first + 12)) {
        read.credit_amount_milli = db_int(rows, row, first + 12);
    }
    *contact = read;
    return true;
}

void params_contact(struct params *params, const struct contact *contact) {
    params_text(params, contact->ref);
    params_texts(params, contact->agents, contact->agent_count);
    params_text(params, contact->team);
    params_text(params, contact->channel);
    params_text(params, contact->reason);
    params_text(params, contact->language);
    params_text(params, contact->customer_ref);
    params_text(params, contact->customer_email);
    params_text(params, contact->customer_name);
    params_timestamptz(params, contact->solved_at_us);
    params_timestamptz(params, contact->opened_at_us);
    params_int_unless(params, contact->handled_s, HANDLED_S_NONE);
    if (contact->credit_amount_milli == CREDIT_AMOUNT_NONE) {
        params_text(params, NULL);
    } else {
        params_milli(params, contact->credit_amount_milli);
    }
}

void params_address_key(struct params *params, const struct contact *contact) {
    if (!contact->customer_email) {
        params_text(params, NULL);
        return;
    }
    char *key = address_key(contact->customer_email);
    if (key) {
        params_copy(params, key);
    }
    params->failed |= !key;
    free(key);
}
