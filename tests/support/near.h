/* cmocka 1.1.5 compares no doubles to a tolerance. */
#ifndef SUPPORT_NEAR_H
#define SUPPORT_NEAR_H

#include <math.h>

#define assert_near(value, expected, tolerance)                                                    \
    do {                                                                                           \
        double near_value = (value);                                                               \
        if (!(fabs(near_value - (expected)) <= (tolerance))) {                                     \
            fail_msg("%s is %.12g, not %.12g", #value, near_value, (double)(expected));            \
        }                                                                                          \
    } while (0)

#endif
