#include "api/response_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/csv.h"
#include "api/response_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/extras_json.h"
#include "store/survey_cache.h"

#define PAGE_ROWS        1000
#define CHUNK_BYTES_GOOD (256U << 10) /* a chunk ends with the row that reaches it */

struct export {
    struct stream stream; /* first: a stream is its export */
    struct app *app;      /* lent */
    struct response_filter filter;
    struct response_position after;
    enum export_format format;
    const struct survey *survey; /* lent by the cache until the end; NULL: of several */
    struct response_page page;
    size_t given; /* of the page's rows */
    bool begun;
};

static const char csv_header[] =
    "id,survey,contact_ref,agents,team,channel,reason,language,customer_ref,customer_email,"
    "customer_name,solved_at,opened_at,handled_s,credit_amount,understood,csat,nps,ces,"
    "comment,answered_at,trust,source,revision,invitation,polarity,frustration,"
    "sentiment_model,extras";

static void csv_append_time(struct text *row, int64_t time_us) {
    char text[TIME_TEXT_SIZE] = "";
    if (time_us != TIME_NONE) {
        time_format(time_us, text);
    }
    csv_append_plain(row, text);
}

static void csv_append_int_unless(struct text *row, int value, int none) {
    char text[16] = "";
    if (value != none) {
        snprintf(text, sizeof text, "%d", value);
    }
    csv_append_plain(row, text);
}

static void csv_append_amount(struct text *row, int64_t milli) {
    char text[32] = "";
    if (milli != CREDIT_AMOUNT_NONE) {
        long long whole = llabs((long long)milli);
        snprintf(text, sizeof text, "%s%lld.%03lld", milli < 0 ? "-" : "", whole / 1000,
                 whole % 1000);
    }
    csv_append_plain(row, text);
}

static void csv_append_uuid(struct text *row, const struct uuid *uuid) {
    char text[UUID_TEXT_SIZE] = "";
    if (uuid) {
        uuid_format(uuid, text);
    }
    csv_append_plain(row, text);
}

static void csv_append_contact(struct text *row, const struct contact *contact) {
    csv_append_text(row, contact->ref);
    csv_append_texts(row, contact->agents, contact->agent_count);
    csv_append_text(row, contact->team);
    csv_append_text(row, contact->channel);
    csv_append_text(row, contact->reason);
    csv_append_text(row, contact->language);
    csv_append_text(row, contact->customer_ref);
    csv_append_text(row, contact->customer_email);
    csv_append_text(row, contact->customer_name);
    csv_append_time(row, contact->solved_at_us);
    csv_append_time(row, contact->opened_at_us);
    csv_append_int_unless(row, contact->handled_s, HANDLED_S_NONE);
    csv_append_amount(row, contact->credit_amount_milli);
}

static void csv_append_number(struct text *row, bool known, double value) {
    CLEANUP(text_clear) struct text number = {0};
    if (known) {
        text_append_decimal(&number, value);
    }
    row->failed |= number.failed;
    csv_append_plain(row, number.bytes);
}

static void csv_append_estimate(struct text *row, const struct estimate *estimate) {
    csv_append_number(row, estimate->has_polarity, estimate->polarity);
    csv_append_number(row, estimate->has_frustration, estimate->frustration);
    csv_append_plain(row, estimate->model);
}

/* ---- a survey's own questions: a column each, when the export is of one survey ---- */

static void append_own_header(struct text *row, const struct survey *survey) {
    for (size_t i = 0; survey && i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        if (question_is_own(asked->question)) {
            text_append_format(row, ",%s.%s",
                               asked->question == QUESTION_CHOICE ? "choices" : "texts",
                               asked->name);
        }
    }
}

static bool extra_answers(const struct extra *extra, const struct survey_question *asked) {
    enum question kind = extra->kind == EXTRA_CHOICE ? QUESTION_CHOICE : QUESTION_TEXT;
    return asked->question == kind && strcmp(asked->name, extra->question) == 0;
}

static bool has_column(const struct survey *survey, const struct extra *extra) {
    for (size_t i = 0; survey && i < survey->question_count; i++) {
        if (extra_answers(extra, &survey->questions[i])) {
            return true;
        }
    }
    return false;
}

static void csv_append_own(struct text *row, const struct survey_question *asked,
                           const struct extras *extras) {
    char *values[EXTRA_CHOICES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < extras->count && count < COUNT(values); i++) {
        if (extra_answers(&extras->list[i], asked)) {
            values[count++] = extras->list[i].value;
        }
    }
    csv_append_texts(row, values, count);
}

/* What has no column of its own, as JSON: no spreadsheet takes its { for a formula. */
static void csv_append_rest(struct text *row, const struct survey *survey,
                            const struct extras *extras) {
    CLEANUP(extras_clear) struct extras rest = {0};
    CLEANUP(text_clear) struct text json = {0};
    for (size_t i = 0; i < extras->count; i++) {
        const struct extra *extra = &extras->list[i];
        if (!has_column(survey, extra)) {
            row->failed |= !extras_add(&rest, extra->kind, extra->question, extra->value);
        }
    }
    if (rest.count > 0) {
        text_append_char(&json, '{');
        extras_append_members(&json, &rest);
        text_append_char(&json, '}');
    }
    row->failed |= json.failed;
    csv_append_text(row, json.bytes);
}

static void csv_append_extras(struct text *row, const struct survey *survey,
                              const struct extras *extras) {
    csv_append_rest(row, survey, extras);
    for (size_t i = 0; survey && i < survey->question_count; i++) {
        if (question_is_own(survey->questions[i].question)) {
            csv_append_own(row, &survey->questions[i], extras);
        }
    }
}

static void csv_append_response(struct text *row, const struct survey *survey,
                                const struct survey_response *response) {
    csv_append_uuid(row, &response->id);
    csv_append_text(row, response->survey);
    csv_append_contact(row, &response->contact);
    csv_append_plain(row, understood_name(response->answers.understood));
    csv_append_int_unless(row, response->answers.csat, CSAT_NONE);
    csv_append_int_unless(row, response->answers.nps, NPS_NONE);
    csv_append_int_unless(row, response->answers.ces, CES_NONE);
    csv_append_text(row, response->answers.comment);
    csv_append_time(row, response->answered_at_us);
    csv_append_plain(row, trust_name(response->trust));
    csv_append_text(row, response->source);
    csv_append_int_unless(row, response->revision, 0);
    csv_append_uuid(row, response->has_invitation ? &response->invitation_id : NULL);
    csv_append_estimate(row, &response->estimate);
    csv_append_extras(row, survey, &response->answers.extras);
    csv_end_row(row);
}

static void append_response(const struct export *export, const struct survey_response *response,
                            struct text *chunk) {
    if (export->format == EXPORT_CSV) {
        csv_append_response(chunk, export->survey, response);
    } else {
        response_append_json(chunk, response, export->app->sentiment);
        text_append_char(chunk, '\n');
    }
}

static enum outcome load_page(struct export *export) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(export->app->db);
    response_page_clear(&export->page);
    export->given = 0;
    return connection ? load_responses(connection, &export->filter, &export->after, PAGE_ROWS,
                                       &export->page)
                      : OUTCOME_UNAVAILABLE;
}

static void append_header(const struct export *export, struct text *chunk) {
    if (export->format == EXPORT_CSV) {
        text_append(chunk, csv_header);
        append_own_header(chunk, export->survey);
        csv_end_row(chunk);
    }
}

static void append_rows(struct export *export, struct text *chunk) {
    while (export->given < export->page.count && chunk->length < CHUNK_BYTES_GOOD) {
        const struct survey_response *response = &export->page.items[export->given++];
        append_response(export, response, chunk);
        export->after = (struct response_position){true, response->answered_at_us, response->id};
    }
}

/* A page that is not full is the last one. */
static bool next_chunk(struct stream *stream, struct text *chunk) {
    struct export *export = (struct export *)stream;
    if (!export->begun) {
        export->begun = true;
        append_header(export, chunk);
    } else if (export->given == export->page.count && load_page(export) != OUTCOME_OK) {
        /* The client must not take half of it for the whole. */
        chunk->failed = true;
        return false;
    }
    append_rows(export, chunk);
    return export->given < export->page.count || export->page.count == PAGE_ROWS;
}

static void release(struct stream *stream) {
    struct export *export = (struct export *)stream;
    response_filter_clear(&export->filter);
    response_page_clear(&export->page);
    survey_cache_release(&export->survey);
    free(export);
}

/* An export of one survey has its columns; one that is gone has none. */
static enum outcome find_survey(struct app *app, struct export *export) {
    const struct response_filter *filter = &export->filter;
    if (export->format != EXPORT_CSV || !filter->survey) {
        return OUTCOME_OK;
    }
    enum outcome outcome = survey_cache_get(app->survey_cache, filter->account_id, filter->survey,
                                            true, &export->survey);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

struct response respond_export(struct app *app, struct response_filter *filter,
                               enum export_format format) {
    struct export *export = calloc(1, sizeof *export);
    if (!export) {
        return respond_outcome(OUTCOME_FAILED, "export");
    }
    *export = (struct export){.stream = {next_chunk, release}, .app = app, .format = format};
    export->filter = *filter;
    *filter = RESPONSE_FILTER_NONE;
    enum outcome outcome = find_survey(app, export);
    if (outcome == OUTCOME_OK) {
        outcome = load_page(export);
    }
    if (outcome != OUTCOME_OK) {
        release(&export->stream);
        return respond_outcome(outcome, "list of responses");
    }
    struct response response = respond_stream(
        format == EXPORT_CSV ? CSV_CONTENT_TYPE : "application/x-ndjson", &export->stream);
    response_set_header(&response, "Content-Disposition",
                        format == EXPORT_CSV ? "attachment; filename=\"responses.csv\""
                                             : "attachment; filename=\"responses.ndjson\"");
    return response;
}
