#include "domain/gamma.h"

#include <math.h>

#define LOG_2PI       1.8378770664093454836
#define STIRLING_FROM 10.0 /* from here on the series are exact to the last digits */
#define SERIES_FROM   12.0

static double log_gamma(double z) {
    int sign;
    return lgamma_r(z, &sign);
}

double stirling_error(double z) {
    if (z < STIRLING_FROM) {
        return log_gamma(z) - ((z - .5) * log(z) - z + LOG_2PI / 2);
    }
    double square = 1 / (z * z);
    double series = 1. / 1680 - square / 1188;
    series = 1. / 1260 - square * series;
    series = 1. / 360 - square * series;
    return (1. / 12 - square * series) / z;
}

double log_rise(double z, double n) {
    if (z < STIRLING_FROM) {
        return log_gamma(z + n) - log_gamma(z) - n * log(z);
    }
    return (z + n - .5) * log1p(n / z) - n + stirling_error(z + n) - stirling_error(z);
}

struct polygamma polygamma_of(double z) {
    struct polygamma sum = {0};
    while (z < SERIES_FROM) {
        sum.digamma -= 1 / z;
        sum.trigamma += 1 / (z * z);
        z += 1;
    }
    double w = 1 / (z * z);
    double first = 1. / 12 - w * (1. / 120 - w * (1. / 252 - w * (1. / 240 - w * (1. / 132))));
    double second = 1. / 6 - w * (1. / 30 - w * (1. / 42 - w * (1. / 30 - w * (5. / 66))));
    sum.digamma += log(z) - 1 / (2 * z) - w * first;
    sum.trigamma += 1 / z + w / 2 + w / z * second;
    return sum;
}
