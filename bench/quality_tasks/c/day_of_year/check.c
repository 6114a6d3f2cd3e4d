#include "src/dates.h"

int main(void) {
    if (day_of_year(2025, 1, 1) != 1 || day_of_year(2025, 12, 31) != 365) return 1;
    if (day_of_year(2024, 12, 31) != 366 || day_of_year(2024, 3, 1) != 61 || day_of_year(2025, 3, 1) != 60) return 2;
    if (day_of_year(2025, 2, 29) != -1 || day_of_year(2024, 2, 29) != 60) return 3;
    if (day_of_year(2025, 13, 1) != -1 || day_of_year(2025, 0, 1) != -1 || day_of_year(2025, 4, 31) != -1) return 4;
    return 0;
}
