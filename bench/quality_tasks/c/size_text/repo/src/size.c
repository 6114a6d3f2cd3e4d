#include "size.h"

#include <stdio.h>

void size_text(unsigned long bytes, char *out, size_t room) {
    // TODO: as tests/test_size.h shows
}
