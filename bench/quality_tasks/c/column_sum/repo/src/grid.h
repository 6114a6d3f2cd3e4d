#ifndef GRID_H
#define GRID_H

#include <stddef.h>

typedef struct {
    size_t width, height;
    size_t stride; /* values from one row to the next; at least the width */
    const int *values;
} Grid;

#endif
