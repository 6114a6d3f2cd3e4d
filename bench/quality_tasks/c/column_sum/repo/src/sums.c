#include "sums.h"

/* The sum of a column's values, 0 for a column that the grid does not have. */
long column_sum(const Grid *grid, size_t column) {
    // TODO: implement
}
