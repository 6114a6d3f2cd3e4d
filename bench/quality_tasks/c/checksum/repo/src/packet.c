#include "packet.h"

/* The exclusive or of all bytes. */
uint8_t checksum(const uint8_t *bytes, size_t count) {
    // TODO: implement
}

int packet_ok(const uint8_t *packet, size_t size) {
    return size > 0 && checksum(packet, size - 1) == packet[size - 1];
}
