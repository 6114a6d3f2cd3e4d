#include "hex.h"

/* 0 to 15, or -1 for what is no hexadecimal digit. */
int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Reads exactly `count` bytes of two digits each; false where the text is shorter, longer or holds anything else. */
bool parse_hex(const char *text, uint8_t *bytes, size_t count) {
    // TODO: for the keys on the command line
    return false;
}
