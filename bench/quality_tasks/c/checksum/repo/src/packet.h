#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>

uint8_t checksum(const uint8_t *bytes, size_t count);
int packet_ok(const uint8_t *packet, size_t size);

#endif
