#include "src/packet.h"

int main(void) {
    const uint8_t packet[] = {0x01, 0x02, 0x07, 0x04};
    return checksum(packet, 3) == 4 && checksum(packet, 0) == 0 && packet_ok(packet, 4) ? 0 : 1;
}
