#ifndef SUMS_H
#define SUMS_H

#include "grid.h"

long column_sum(const Grid *grid, size_t column);

#endif
