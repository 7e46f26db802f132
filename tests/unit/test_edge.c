#include "../support/test.h"
#include "base/time.h"
#include "http/edge.h"

static size_t kept(const struct edge *edge) {
    size_t count = 0;
    for (edge = edge->previous; edge; edge = edge->previous) {
        count++;
    }
    return count;
}

static struct edge *make(void) {
    struct edge *edge = edge_new(&(struct edge_options){.trusted_proxies = "10.0.0.0/8",
                                                        .cors_origins = "https://a.example",
                                                        .key_per_minute = 60});
    assert_non_null(edge);
    return edge;
}

static void what_was_replaced_lives_for_a_minute_and_no_longer(void **state) {
    (void)state;
    struct edge *edge = make();
    static const struct {
        int64_t second;
        size_t kept;
    } steps[] = {{0, 1}, {30, 2}, {59, 3}, {70, 3}, {70, 4}, {125, 3}, {1000, 1}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct edge *next = make();
        edge_follow(next, edge, 5 * US_PER_DAY + steps[i].second * US_PER_SECOND);
        edge = next;
        assert_int_equal(kept(edge), steps[i].kept);
    }
    edge_free(edge);
}

static void lists_that_are_not_sound_make_no_edge(void **state) {
    (void)state;
    assert_null(edge_new(&(struct edge_options){.trusted_proxies = "proxy.example"}));
    edge_free(NULL);
}

static void limits_are_made_only_where_there_are_any(void **state) {
    (void)state;
    struct edge *edge = edge_new(&(struct edge_options){.page_per_minute = 30, .page_burst = 7});
    assert_null(edge->keys);
    assert_null(edge->unknown_keys);
    assert_int_equal(buckets_rate(edge->pages)->per_minute, 30);
    assert_int_equal(buckets_rate(edge->pages)->burst, 7);
    assert_string_equal(edge->origins, "");
    assert_int_equal(edge->proxies.count, 0);
    edge_free(edge);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_replaced_lives_for_a_minute_and_no_longer),
        cmocka_unit_test(lists_that_are_not_sound_make_no_edge),
        cmocka_unit_test(limits_are_made_only_where_there_are_any),
    };
    return RUN(tests);
}
