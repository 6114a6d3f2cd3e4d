#ifndef SORTED_H
#define SORTED_H

#include <stdbool.h>

bool is_sorted(const double *values, int count);

#endif
