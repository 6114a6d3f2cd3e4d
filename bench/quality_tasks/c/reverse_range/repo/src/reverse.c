#include "reverse.h"

void swap_ints(int *first, int *second) {
    int kept = *first;
    *first = *second;
    *second = kept;
}

/* Reverses the values from index `from` up to and including `to`, in place. */
void reverse_range(int *values, int from, int to) {
    // TODO: implement
}
