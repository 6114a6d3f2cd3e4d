#include "src/ring.h"

int main(void) {
    struct ring ring = {{0}, 0, 0};
    int value = 0;
    for (int at = 0; at < 4; at++) {
        if (!ring_push(&ring, at)) return 1;
    }
    if (ring_push(&ring, 9)) return 2;
    if (!ring_pop(&ring, &value) || value != 0) return 3;
    if (!ring_push(&ring, 4)) return 4;
    for (int at = 1; at <= 4; at++) {
        if (!ring_pop(&ring, &value) || value != at) return 5;
    }
    return ring_pop(&ring, &value) ? 6 : 0;
}
