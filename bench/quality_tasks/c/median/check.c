#include "src/median.h"

int main(void) {
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2}, one[] = {7};
    if (median(odd, 3) != 3 || odd[0] != 1 || odd[2] != 5) return 1;
    if (median(even, 4) != 2.5 || median(one, 1) != 7) return 2;
    return median(one, 0) == 0 ? 0 : 3;
}
