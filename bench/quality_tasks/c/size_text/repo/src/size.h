#ifndef SIZE_H
#define SIZE_H

#include <stddef.h>

/* A file's size for people, at most `room` bytes with the final NUL. */
void size_text(unsigned long bytes, char *out, size_t room);

#endif
