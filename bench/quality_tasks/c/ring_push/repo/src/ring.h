#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>

#define RING_SLOTS 4

struct ring {
    int slots[RING_SLOTS];
    size_t first; /* index of the oldest value */
    size_t used;
};

bool ring_push(struct ring *ring, int value);
bool ring_pop(struct ring *ring, int *value);

#endif
