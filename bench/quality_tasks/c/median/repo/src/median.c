#include "median.h"

#include <stdlib.h>

static int ascending(const void *first, const void *second) {
    double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

/* Sorts the values and returns the middle one, or the mean of the middle two; 0 for none. */
double median(double *values, size_t count) {
    // TODO
}
