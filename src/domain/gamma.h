/* What the C library has not of the gamma function. Each is exact to about 15 digits. */
#ifndef DOMAIN_GAMMA_H
#define DOMAIN_GAMMA_H

/* log Gamma(z) less Stirling's formula, (z - 1/2) log z - z + log(2 pi)/2; z > 0. DLMF 5.11.1 */
double stirling_error(double z);

/* log(Gamma(z + n) / Gamma(z) / z^n), n >= 0: what the product z (z + 1) .. (z + n - 1) is more
 * than z^n. Exact also where z is huge and next to nothing is left. */
double log_rise(double z, double n);

/* The first two derivatives of log Gamma. DLMF 5.11.2, 5.15.8 */
struct polygamma {
    double digamma;
    double trigamma;
};

struct polygamma polygamma_of(double z);

#endif
