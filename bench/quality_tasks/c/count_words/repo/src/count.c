#include "count.h"

#include <ctype.h>

size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text; text++) {
        lines += *text == '\n';
    }
    return lines;
}

/* Words are what white space separates. */
size_t count_words(const char *text) {
    return 0; /* TODO: implement */
}
