#include "match.h"

#include <ctype.h>

static int lower(char c) {
    return tolower((unsigned char)c);
}

/* Whether the text begins with the prefix, upper and lower case being the same. */
bool has_prefix_ci(const char *text, const char *prefix) {
    return false; // TODO: implement this
}
