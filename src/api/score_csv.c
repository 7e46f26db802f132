#include "api/score_csv.h"

#include "base/array.h"

/* Names end with how many points: csat_1 to csat_5. */
static void put_counts(struct columns *columns, const int64_t counts[], size_t count, bool shown) {
    for (size_t i = 0; i < count; i++) {
        put_int(columns, (char[]){(char)('1' + i), '\0'}, counts[i], shown);
    }
}

static void put_understood(struct columns *columns, const struct understood_score *score,
                           bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "understood_";
    put_int(columns, "n", score->n, true);
    put_int(columns, "yes", score->yes, shown);
    put_int(columns, "partly", score->partly, shown);
    put_int(columns, "no", score->no, shown);
    put_decimal(columns, "rate", score->rate, known);
    put_interval(columns, score->interval, known);
}

static void put_csat(struct columns *columns, const struct csat_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "csat_";
    put_int(columns, "n", score->n, true);
    put_counts(columns, score->counts, COUNT(score->counts), shown);
    put_decimal(columns, "mean", score->mean, known);
    put_decimal(columns, "top_two_rate", score->top_two_rate, known);
    put_interval(columns, score->interval, known);
}

static void put_nps(struct columns *columns, const struct nps_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "nps_";
    put_int(columns, "n", score->n, true);
    put_int(columns, "promoters", score->promoters, shown);
    put_int(columns, "passives", score->passives, shown);
    put_int(columns, "detractors", score->detractors, shown);
    put_decimal(columns, "score", score->score, known);
    put_interval(columns, score->interval, known);
}

static void put_ces(struct columns *columns, const struct ces_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "ces_";
    put_int(columns, "n", score->n, true);
    put_counts(columns, score->counts, COUNT(score->counts), shown);
    put_decimal(columns, "mean", score->mean, known);
    put_decimal(columns, "top_three_rate", score->top_three_rate, known);
    put_interval(columns, score->interval, known);
}

static void put_frustrated(struct columns *columns, const struct frustrated_score *score,
                           bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "frustrated_";
    put_int(columns, "n", score->n, true);
    put_int(columns, "frustrated", score->frustrated, shown);
    put_int(columns, "not_scored", score->not_scored, shown);
    put_decimal(columns, "rate", score->rate, known);
    put_interval(columns, score->interval, known);
}

static void put_share(struct columns *columns, const struct share *share, bool shown, bool known) {
    put_int(columns, "repeated", share->count, shown);
    put_decimal(columns, "rate", share->rate, known);
    put_interval(columns, share->interval, known);
}

static void put_repeat(struct columns *columns, const struct repeat_score *score) {
    bool shown = !score->withheld;
    bool known = shown && score->n > 0;
    columns->group = "repeat_";
    put_int(columns, "n", score->n, true);
    put_share(columns, &score->repeated, shown, known);
    columns->group = "repeat_same_reason_";
    put_share(columns, &score->same_reason, shown, known);
    columns->group = "repeat_";
    put_int(columns, "pending", score->pending, true);
    put_int(columns, "no_customer", score->no_customer, true);
    put_word(columns, "thin", word_of(score->thin));
    put_word(columns, "withheld", word_of(score->withheld));
}

static void put_coverage(struct columns *columns, const struct coverage *coverage) {
    columns->group = "coverage_";
    put_int(columns, "contacts", coverage->contacts, true);
    put_int(columns, "eligible", coverage->eligible, true);
    put_int(columns, "invited", coverage->invited, true);
    put_int(columns, "bounced", coverage->bounced, true);
    columns->group = "coverage_skipped_";
    for (enum skip_reason reason = SKIP_NONE + 1; reason < SKIP_REASONS; reason++) {
        if (reason != SKIP_DUPLICATE) {
            put_int(columns, skip_reason_name(reason), coverage->skipped[reason], true);
        }
    }
    columns->group = "coverage_";
    put_int(columns, "answered", coverage->answered, true);
    put_int(columns, "reassigned", coverage->reassigned, true);
}

void put_score(struct columns *columns, const struct score *score) {
    put_int(columns, "n", score->n, true);
    put_int(columns, "provisional", score->provisional, true);
    put_int(columns, "invited", score->invited, true);
    put_int(columns, "answered", score->answered, true);
    put_decimal(columns, "response_rate", score->response_rate, score->invited > 0);
    put_word(columns, "thin", word_of(score->thin));
    put_word(columns, "withheld", word_of(score->withheld));
    put_understood(columns, &score->understood, !score->withheld);
    put_csat(columns, &score->csat, !score->withheld);
    put_nps(columns, &score->nps, !score->withheld);
    put_ces(columns, &score->ces, !score->withheld);
    put_frustrated(columns, &score->frustrated, !score->withheld);
    put_repeat(columns, &score->repeat);
    put_coverage(columns, &score->coverage);
}
