#include "colour.h"

/* 0xRRGGBB */
uint32_t pack_colour(uint8_t red, uint8_t green, uint8_t blue) {
    // TODO: implement
}

uint8_t green_of(uint32_t colour) {
    return (colour >> 8) & 0xff;
}
