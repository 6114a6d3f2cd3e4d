#ifndef LEVEL_H
#define LEVEL_H

#include <stdint.h>

int16_t add_saturating(int16_t level, int16_t change);

#endif
