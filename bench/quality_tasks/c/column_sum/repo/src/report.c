#include <stdio.h>

#include "sums.h"

void print_sums(const Grid *grid) {
    for (size_t column = 0; column < grid->width; column++) {
        printf("%ld\n", column_sum(grid, column));
    }
}
