#ifndef MEDIAN_H
#define MEDIAN_H

#include <stddef.h>

double median(double *values, size_t count);

#endif
