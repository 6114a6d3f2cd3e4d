#include "src/hex.h"

int main(void) {
    uint8_t bytes[4] = {0};
    if (!parse_hex("0aFf10", bytes, 3)) return 1;
    if (bytes[0] != 0x0a || bytes[1] != 0xff || bytes[2] != 0x10) return 2;
    if (parse_hex("0aFf", bytes, 3) || parse_hex("0aF", bytes, 2)) return 3;
    if (parse_hex("0aFf10", bytes, 2) || parse_hex("0g", bytes, 1)) return 4;
    if (!parse_hex("", bytes, 0)) return 5;
    return 0;
}
