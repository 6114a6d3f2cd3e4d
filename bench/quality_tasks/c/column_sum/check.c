#include "src/sums.h"

int main(void) {
    const int values[] = {1, 2, 99, 3, 4, 99, 5, 6, 99};
    Grid grid = {2, 3, 3, values};
    if (column_sum(&grid, 0) != 9 || column_sum(&grid, 1) != 12) return 1;
    if (column_sum(&grid, 2) != 0) return 2;
    grid.height = 0;
    return column_sum(&grid, 0) == 0 ? 0 : 3;
}
