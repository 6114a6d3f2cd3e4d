#include <ctype.h>
#include <string.h>

#include "text.h"

void to_upper(char *text) {
    for (; *text; text++) {
        *text = (char)toupper((unsigned char)*text);
    }
}

/* Removes white space at the end, in place. */
void trim_right(char *text) {
    // TODO
}
