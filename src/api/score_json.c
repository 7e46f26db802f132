#include "api/score_json.h"

#include "base/array.h"

void json_append_decimal(struct text *text, const char *name, double value, bool known) {
    text_append(text, name);
    if (known) {
        text_append_decimal(text, value);
    } else {
        text_append(text, "null");
    }
}

static void append_count(struct text *text, const char *name, int64_t value, bool shown) {
    text_append(text, name);
    if (shown) {
        text_append_int(text, value);
    } else {
        text_append(text, "null");
    }
}

static void append_counts(struct text *text, const int64_t counts[], size_t count, bool shown) {
    text_append(text, shown ? ",\"counts\":" : ",\"counts\":null");
    for (size_t i = 0; shown && i < count; i++) {
        append_count(text, i ? "," : "[", counts[i], true);
    }
    text_append(text, shown ? "]" : "");
}

static void append_interval(struct text *text, struct interval interval, bool known) {
    json_append_decimal(text, ",\"low\":", interval.low, known);
    json_append_decimal(text, ",\"high\":", interval.high, known);
    text_append_char(text, '}');
}

static void append_understood(struct text *text, const struct understood_score *score, bool shown) {
    bool known = shown && score->n > 0;
    append_count(text, ",\"understood\":{\"n\":", score->n, true);
    append_count(text, ",\"yes\":", score->yes, shown);
    append_count(text, ",\"partly\":", score->partly, shown);
    append_count(text, ",\"no\":", score->no, shown);
    json_append_decimal(text, ",\"rate\":", score->rate, known);
    append_interval(text, score->interval, known);
}

static void append_csat(struct text *text, const struct csat_score *score, bool shown) {
    bool known = shown && score->n > 0;
    append_count(text, ",\"csat\":{\"n\":", score->n, true);
    append_counts(text, score->counts, COUNT(score->counts), shown);
    json_append_decimal(text, ",\"mean\":", score->mean, known);
    json_append_decimal(text, ",\"top_two_rate\":", score->top_two_rate, known);
    append_interval(text, score->interval, known);
}

static void append_nps(struct text *text, const struct nps_score *score, bool shown) {
    bool known = shown && score->n > 0;
    append_count(text, ",\"nps\":{\"n\":", score->n, true);
    append_count(text, ",\"promoters\":", score->promoters, shown);
    append_count(text, ",\"passives\":", score->passives, shown);
    append_count(text, ",\"detractors\":", score->detractors, shown);
    json_append_decimal(text, ",\"score\":", score->score, known);
    append_interval(text, score->interval, known);
}

static void append_ces(struct text *text, const struct ces_score *score, bool shown) {
    bool known = shown && score->n > 0;
    append_count(text, ",\"ces\":{\"n\":", score->n, true);
    append_counts(text, score->counts, COUNT(score->counts), shown);
    json_append_decimal(text, ",\"mean\":", score->mean, known);
    json_append_decimal(text, ",\"top_three_rate\":", score->top_three_rate, known);
    append_interval(text, score->interval, known);
}

static void append_frustrated(struct text *text, const struct frustrated_score *score, bool shown) {
    bool known = shown && score->n > 0;
    append_count(text, ",\"frustrated\":{\"n\":", score->n, true);
    append_count(text, ",\"frustrated\":", score->frustrated, shown);
    append_count(text, ",\"not_scored\":", score->not_scored, shown);
    json_append_decimal(text, ",\"rate\":", score->rate, known);
    append_interval(text, score->interval, known);
}

static void append_share(struct text *text, const struct share *share, bool shown, bool known) {
    append_count(text, "\"repeated\":", share->count, shown);
    json_append_decimal(text, ",\"rate\":", share->rate, known);
    json_append_decimal(text, ",\"low\":", share->interval.low, known);
    json_append_decimal(text, ",\"high\":", share->interval.high, known);
}

static void append_repeat(struct text *text, const struct repeat_score *score) {
    bool shown = !score->withheld;
    bool known = shown && score->n > 0;
    append_count(text, ",\"repeat_rate\":{\"n\":", score->n, true);
    text_append_char(text, ',');
    append_share(text, &score->repeated, shown, known);
    text_append(text, ",\"same_reason\":{");
    append_share(text, &score->same_reason, shown, known);
    append_count(text, "},\"pending\":", score->pending, true);
    append_count(text, ",\"no_customer\":", score->no_customer, true);
    text_append(text, score->thin ? ",\"thin\":true" : "");
    text_append(text, score->withheld ? ",\"withheld\":true" : "");
    text_append_char(text, '}');
}

static void append_skipped(struct text *text, const int64_t skipped[]) {
    const char *separator = ",\"skipped\":{";
    for (enum skip_reason reason = SKIP_NONE + 1; reason < SKIP_REASONS; reason++) {
        if (reason == SKIP_DUPLICATE) {
            continue; /* of a report, never kept */
        }
        text_append(text, separator);
        text_append_json(text, skip_reason_name(reason));
        append_count(text, ":", skipped[reason], true);
        separator = ",";
    }
    text_append_char(text, '}');
}

static void append_coverage(struct text *text, const struct coverage *coverage) {
    append_count(text, ",\"coverage\":{\"contacts\":", coverage->contacts, true);
    append_count(text, ",\"eligible\":", coverage->eligible, true);
    append_count(text, ",\"invited\":", coverage->invited, true);
    append_count(text, ",\"bounced\":", coverage->bounced, true);
    append_skipped(text, coverage->skipped);
    append_count(text, ",\"answered\":", coverage->answered, true);
    append_count(text, ",\"reassigned\":", coverage->reassigned, true);
    text_append_char(text, '}');
}

void score_append_json(struct text *text, const struct score *score) {
    append_count(text, "\"n\":", score->n, true);
    append_count(text, ",\"provisional\":", score->provisional, true);
    append_count(text, ",\"invited\":", score->invited, true);
    append_count(text, ",\"answered\":", score->answered, true);
    json_append_decimal(text, ",\"response_rate\":", score->response_rate, score->invited > 0);
    text_append(text, score->thin ? ",\"thin\":true" : "");
    text_append(text, score->withheld ? ",\"withheld\":true" : "");
    append_understood(text, &score->understood, !score->withheld);
    append_csat(text, &score->csat, !score->withheld);
    append_nps(text, &score->nps, !score->withheld);
    append_ces(text, &score->ces, !score->withheld);
    append_frustrated(text, &score->frustrated, !score->withheld);
    append_repeat(text, &score->repeat);
    append_coverage(text, &score->coverage);
}
