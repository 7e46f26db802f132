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
}
