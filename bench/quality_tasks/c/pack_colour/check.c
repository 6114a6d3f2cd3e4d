#include "src/colour.h"

int main(void) {
    return pack_colour(0x12, 0x34, 0x56) == 0x123456 && green_of(pack_colour(0, 200, 0)) == 200 ? 0 : 1;
}
