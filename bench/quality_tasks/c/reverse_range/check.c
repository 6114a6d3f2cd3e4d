#include "src/reverse.h"

int main(void) {
    int values[] = {1, 2, 3, 4, 5};
    reverse_range(values, 1, 3);
    if (values[0] != 1 || values[1] != 4 || values[2] != 3 || values[3] != 2 || values[4] != 5) return 1;
    reverse_range(values, 0, 4);
    if (values[0] != 5 || values[1] != 2 || values[4] != 1) return 2;
    reverse_range(values, 2, 2);
    return values[2] == 3 ? 0 : 3;
}
