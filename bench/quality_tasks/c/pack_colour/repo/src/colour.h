#ifndef COLOUR_H
#define COLOUR_H

#include <stdint.h>

uint32_t pack_colour(uint8_t red, uint8_t green, uint8_t blue);
uint8_t green_of(uint32_t colour);

#endif
