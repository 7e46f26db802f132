#include <stdio.h>
#include <stdlib.h>

#include "api/vote_fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/import.h"
#include "cli/import_votes.h"
#include "store/contact_gathering.h"
#include "store/frustration_hours.h"
#include "store/survey_cache.h"

#define SURVEYS_KEPT_S 60
#define CONNECTIONS    2 /* one at a time, and the pool is no more than that */

struct responses_import {
    struct import *import;
    struct survey_cache *surveys;
    struct import_votes *votes; /* NULL in a dry run */
};

static void free_vote(struct vote *vote) {
    vote_clear(vote);
    free(vote);
}

/* ---- one row ---- */

static void name_survey(const struct import *import, json_t *body) {
    const json_t *given = json_object_get(body, "survey");
    if (import->survey && (!given || json_is_null(given))) {
        json_object_set_new(body, "survey", json_string(import->survey));
    }
}

static enum outcome find_survey(struct responses_import *state, const json_t *body,
                                const struct survey **survey) {
    const char *name = json_string_value(json_object_get(body, "survey"));
    return name ? survey_cache_get(state->surveys, state->import->account_id, name, true, survey)
                : OUTCOME_NOT_FOUND;
}

/* Reads the row into vote; false when it was rejected. */
static bool read_row(const struct import_row *row, const struct survey *survey, struct vote *vote,
                     struct import *import, bool *failed) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    vote->account_id = import->account_id;
    snprintf(vote->source, sizeof vote->source, "%s", import->source);
    read_past_vote(&(struct vote_source){row->body, "", time_now_us()}, survey, vote, &mistakes);
    if (!survey && vote->survey[0]) { /* else the reader said what is wrong */
        mistakes_add(&mistakes, "/survey", "names a survey that account %lld does not have",
                     (long long)import->account_id);
    }
    *failed = mistakes.out_of_memory;
    if (!survey || !mistakes_none(&mistakes)) {
        import_rejects_add(&import->rejects, &row->place, mistakes.list);
        return false;
    }
    vote->edit_window_us = survey->edit_window_days * US_PER_DAY;
    return true;
}

/* NULL when it is none: then it was rejected, unless *failed. */
static struct vote *make_vote(struct responses_import *state, const struct import_row *row,
                              bool *failed) {
    CLEANUP(survey_cache_release) const struct survey *survey = NULL;
    enum outcome found = find_survey(state, row->body, &survey);
    *failed = found != OUTCOME_OK && found != OUTCOME_NOT_FOUND;
    struct vote *vote = *failed ? NULL : calloc(1, sizeof *vote);
    *failed = !vote;
    if (vote && !read_row(row, survey, vote, state->import, failed)) {
        free_vote(vote);
        return NULL;
    }
    return vote;
}

static bool take(struct import *import, const struct import_row *row) {
    struct responses_import *state = import->state;
    bool failed;
    name_survey(import, row->body);
    struct vote *vote = make_vote(state, row, &failed);
    if (!vote) {
        return !failed;
    }
    if (!state->votes) {
        free_vote(vote);
        return true;
    }
    return import_votes_submit(state->votes, vote, &row->place) &&
           atomic_load(&import->counts.lost) == 0;
}

/* ---- beginning and end ---- */

static bool has_survey(const struct responses_import *state) {
    const struct import *import = state->import;
    CLEANUP(survey_cache_release) const struct survey *survey = NULL;
    enum outcome outcome = import->survey ? survey_cache_get(state->surveys, import->account_id,
                                                             import->survey, true, &survey)
                                          : OUTCOME_OK;
    if (outcome == OUTCOME_NOT_FOUND) {
        fprintf(stderr, "understood: account %lld has no survey %s\n",
                (long long)import->account_id, import->survey);
    }
    return outcome == OUTCOME_OK;
}

static bool begin(struct import *import) {
    struct responses_import *state = calloc(1, sizeof *state);
    if (!state) {
        return false;
    }
    import->state = state;
    state->import = import;
    state->surveys = survey_cache_new(import->database.db, SURVEYS_KEPT_S);
    if (!state->surveys || !has_survey(state)) {
        return false;
    }
    state->votes = import->dry_run ? NULL : import_votes_start(import);
    return state->votes || import->dry_run;
}

/* Their ids are of the past: whoever gathers the contacts of answers was there before them. */
static void gather_anew(const struct import *import) {
    static const struct uuid first = {{0}};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(import->database.db);
    if (!connection || rewind_gathering(connection, import->account_id, &first) != OUTCOME_OK) {
        fputs("understood: the contacts of these answers are not recorded; import them once more\n",
              stderr);
    }
}

/* They may belong to hours that were counted without them. */
static void count_hours_anew(const struct import *import) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(import->database.db);
    if (!connection || forget_frustration_hours(connection, import->account_id, 0) != OUTCOME_OK) {
        fputs("understood: what is usual before a spike may lack these answers for four weeks\n",
              stderr);
    }
}

static void end(struct import *import) {
    struct responses_import *state = import->state;
    if (!state) {
        return;
    }
    if (state->votes) {
        import_votes_stop(state->votes);
        gather_anew(import);
        count_hours_anew(import);
    }
    if (state->surveys) {
        survey_cache_free(state->surveys);
    }
    free(state);
    import->state = NULL;
}

/* ---- the columns: those of the export ---- */

static const struct import_column columns[] = {
    {"id", BODY, "id", COLUMN_TEXT, false},
    {"survey", BODY, "survey", COLUMN_TEXT, false},
    {"contact_ref", BODY_CONTACT, "ref", COLUMN_TEXT, true},
    {"agents", BODY_CONTACT, "agents", COLUMN_TEXTS, false},
    {"team", BODY_CONTACT, "team", COLUMN_TEXT, false},
    {"channel", BODY_CONTACT, "channel", COLUMN_TEXT, false},
    {"reason", BODY_CONTACT, "reason", COLUMN_TEXT, false},
    {"language", BODY_CONTACT, "language", COLUMN_TEXT, false},
    {"customer_ref", BODY_CUSTOMER, "ref", COLUMN_TEXT, false},
    {"customer_email", BODY_CUSTOMER, "email", COLUMN_TEXT, false},
    {"customer_name", BODY_CUSTOMER, "name", COLUMN_TEXT, false},
    {"solved_at", BODY_CONTACT, "solved_at", COLUMN_TEXT, false},
    {"opened_at", BODY_CONTACT, "opened_at", COLUMN_TEXT, false},
    {"handled_s", BODY_CONTACT, "handled_s", COLUMN_NUMBER, false},
    {"credit_amount", BODY_CONTACT, "credit_amount", COLUMN_NUMBER, false},
    {"understood", BODY_ANSWERS, "understood", COLUMN_TEXT, false},
    {"csat", BODY_ANSWERS, "csat", COLUMN_NUMBER, false},
    {"nps", BODY_ANSWERS, "nps", COLUMN_NUMBER, false},
    {"ces", BODY_ANSWERS, "ces", COLUMN_NUMBER, false},
    {"comment", BODY_ANSWERS, "comment", COLUMN_TEXT, false},
    {"answered_at", BODY, "answered_at", COLUMN_TEXT, false},
    {"trust", BODY, "trust", COLUMN_TEXT, false},
    {"source", BODY, "source", COLUMN_TEXT, false},
    {"revision", BODY, "revision", COLUMN_NUMBER, false},
    {"invitation", BODY, "invitation", COLUMN_TEXT, false},
    {"polarity", BODY, NULL, COLUMN_IGNORED, false}, /* estimated anew */
    {"frustration", BODY, NULL, COLUMN_IGNORED, false},
    {"sentiment_model", BODY, NULL, COLUMN_IGNORED, false},
    {"extras", BODY_ANSWERS, NULL, COLUMN_MEMBERS, false},
};

static const struct import_kind responses = {
    .columns = {columns, COUNT(columns), true},
    .connections = CONNECTIONS,
    .begin = begin,
    .take = take,
    .end = end,
};

int run_import_responses(const struct invocation *invocation) {
    return run_import(invocation, &responses);
}
