#ifndef REVERSE_H
#define REVERSE_H

void swap_ints(int *first, int *second);
void reverse_range(int *values, int from, int to);

#endif
