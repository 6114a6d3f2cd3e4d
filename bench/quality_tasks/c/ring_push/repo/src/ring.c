#include "ring.h"

/* Adds the newest value; false where the ring is full. */
bool ring_push(struct ring *ring, int value) {
    // TODO
}

bool ring_pop(struct ring *ring, int *value) {
    if (ring->used == 0) {
        return false;
    }
    *value = ring->slots[ring->first];
    ring->first = (ring->first + 1) % RING_SLOTS;
    ring->used--;
    return true;
}
