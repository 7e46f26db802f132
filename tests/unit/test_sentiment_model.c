/* The scorer against the trainer: tests/vectors/sentiment.json is written by tools/sentiment. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/embedded.h"
#include "domain/sentiment_features.h"

#define EPSILON 1e-9

static void assert_close(double value, double expected) {
    assert_true(fabs(value - expected) <= EPSILON);
}

static json_t *vectors;
static struct sentiment_model model;

static int load(void **state) {
    (void)state;
    const struct embedded_file *file = embedded_file("config/model/sentiment.bin");
    vectors = json_load_file(getenv("SENTIMENT_VECTORS"), 0, NULL);
    return vectors && file && sentiment_model_read(file->bytes, file->length, &model) ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    json_decref(vectors);
    return 0;
}

static size_t number(const json_t *row, const char *name) {
    return (size_t)json_integer_value(json_object_get(row, name));
}

static void check_row(const json_t *row) {
    static struct sentiment_marks marks;
    const json_t *text = json_object_get(row, "text");
    const json_t *last = json_object_get(row, "last");
    sentiment_mark_tokens(&model, json_string_value(text), json_string_length(text), &marks);
    assert_int_equal(marks.count, number(row, "tokens"));
    assert_int_equal(marks.latin, number(row, "latin"));
    assert_int_equal(marks.foreign, number(row, "foreign"));
    assert_int_equal(marks.size, number(row, "size"));
    if (marks.count > 0) {
        assert_int_equal(marks.marks[marks.count - 1].start,
                         json_integer_value(json_array_get(last, 0)));
        assert_int_equal(marks.marks[marks.count - 1].end,
                         json_integer_value(json_array_get(last, 1)));
    }
    struct sentiment_factors factors[HEAD_COUNT];
    sentiment_factors_of(&model, &marks, factors);
    for (unsigned i = 0; i < HEAD_COUNT; i++) {
        double expected = json_real_value(json_array_get(json_object_get(row, "log_odds"), i));
        assert_close(sentiment_log_odds(factors, &marks, i), expected);
    }
}

static void every_text_scores_as_the_trainer_scored_it(void **state) {
    (void)state;
    size_t place;
    json_t *row;
    assert_true(json_array_size(vectors) > 200);
    json_array_foreach(vectors, place, row) {
        check_row(row);
    }
}

static void the_tokens_weights_and_the_bias_are_the_whole_score(void **state) {
    (void)state;
    static struct sentiment_marks marks;
    static const char text[] =
        "They never answered, but the refund was quick :) and I am so happy!!";
    struct sentiment_factors factors[HEAD_COUNT];
    sentiment_mark_tokens(&model, text, strlen(text), &marks);
    sentiment_factors_of(&model, &marks, factors);
    for (unsigned head = 0; head < HEAD_COUNT; head++) {
        double sum = model.lines[head].bias;
        for (size_t i = 0; i < marks.count; i++) {
            sum += sentiment_token_weight(factors, &marks.marks[i], head);
        }
        assert_close(sum, sentiment_log_odds(factors, &marks, head));
    }
}

static void what_is_no_model_of_this_format_is_refused(void **state) {
    (void)state;
    const struct embedded_file *file = embedded_file("config/model/sentiment.bin");
    struct sentiment_model read = {.version = "untouched"};
    char *changed = malloc(file->length);
    assert_non_null(changed);
    static const size_t places[] = {0, 7, 8}; /* magic and format */
    for (size_t i = 0; i < COUNT(places); i++) {
        memcpy(changed, file->bytes, file->length);
        changed[places[i]] ^= 1;
        assert_false(sentiment_model_read(changed, file->length, &read));
    }
    memcpy(changed, file->bytes, file->length);
    memset(changed + 36, 0xFF, 8); /* a number that is none */
    assert_false(sentiment_model_read(changed, file->length, &read));
    assert_false(sentiment_model_read(file->bytes, file->length - 1, &read));
    assert_false(sentiment_model_read("", 0, &read));
    assert_string_equal(read.version, "untouched");
    free(changed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_scores_as_the_trainer_scored_it),
        cmocka_unit_test(the_tokens_weights_and_the_bias_are_the_whole_score),
        cmocka_unit_test(what_is_no_model_of_this_format_is_refused),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, load, unload);
}
