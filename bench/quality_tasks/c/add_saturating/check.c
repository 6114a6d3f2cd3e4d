#include "src/level.h"

int main(void) {
    if (add_saturating(2, 3) != 5 || add_saturating(-2, 1) != -1) return 1;
    if (add_saturating(32000, 1000) != 32767 || add_saturating(32767, 32767) != 32767) return 2;
    if (add_saturating(-32000, -1000) != -32768 || add_saturating(-32768, 32767) != -1) return 3;
    return 0;
}
