/* The gamma function's relatives, by mpmath. */
#include <math.h>

#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "domain/gamma.h"

static void rises_are_exact_from_next_to_nothing_to_huge(void **state) {
    (void)state;
    static const struct {
        double z;
        double n;
        double rise;
    } examples[] = {
        {0.25, 3, 3.8066624897703198},
        {3.7, 50, 92.293348717843237},
        {12.5, 0, 0.0},
        {9.99, 1000, 3659.9097542401242},
        {250, 17, 0.53241162993900466},
        {1000000.0, 1000000.0, 386294.01454625867},
        {10000000000.0, 200, 1.9899999867665001e-6},
        {10000000000.0, 100000000.0, 498341.61202247134},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        double expected = examples[i].rise;
        assert_near(log_rise(examples[i].z, examples[i].n), expected, 1e-13 * fmax(1, expected));
    }
}

static void digamma_and_trigamma_are_exact(void **state) {
    (void)state;
    static const struct {
        double z;
        double digamma;
        double trigamma;
    } examples[] = {
        {0.01, -100.56088545786867, 10001.621213528313},
        {0.5, -1.9635100260214235, 4.9348022005446793},
        {1, -0.57721566490153286, 1.6449340668482264},
        {3.3, 1.0348224890596217, 0.35350154184106183},
        {11.9, 2.4339335368825375, 0.087663201190004184},
        {12, 2.442661679975812, 0.086901872871768391},
        {250.5, 5.5214615845270464, 0.003999994666696533},
        {100000000.0, 18.420680738952365, 1.000000005e-8},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct polygamma got = polygamma_of(examples[i].z);
        assert_near(got.digamma, examples[i].digamma, 1e-14 * fmax(1, fabs(examples[i].digamma)));
        assert_near(got.trigamma, examples[i].trigamma, 1e-14 * fmax(1, examples[i].trigamma));
    }
}

static void stirlings_error_is_continuous_where_the_series_begins(void **state) {
    (void)state;
    assert_near(stirling_error(nextafter(10, 0)), stirling_error(10), 1e-13);
    assert_near(stirling_error(1), 1 - log(2 * acos(-1)) / 2, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rises_are_exact_from_next_to_nothing_to_huge),
        cmocka_unit_test(digamma_and_trigamma_are_exact),
        cmocka_unit_test(stirlings_error_is_continuous_where_the_series_begins),
    };
    return RUN(tests);
}
