#ifndef HEX_H
#define HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int hex_digit(char c);
bool parse_hex(const char *text, uint8_t *bytes, size_t count);

#endif
