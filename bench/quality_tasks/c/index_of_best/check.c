#include "src/scores.h"

int main(void) {
    const int scores[] = {-3, 7, 2, 7}, low[] = {-5, -2};
    if (index_of_best(scores, 4) != 1 || index_of_best(low, 2) != 1) return 1;
    return index_of_best(scores, 0) == -1 ? 0 : 2;
}
