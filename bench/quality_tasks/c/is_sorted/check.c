#include "src/sorted.h"

int main(void) {
    const double up[] = {1, 1, 2}, down[] = {1, 3, 2};
    return is_sorted(up, 3) && !is_sorted(down, 3) && is_sorted(up, 0) && is_sorted(down, 1) ? 0 : 1;
}
