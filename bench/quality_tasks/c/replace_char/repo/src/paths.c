#include "paths.h"

/* Replaces every `from` by `to` in place and returns how many were replaced. */
int replace_char(char *text, char from, char to) {
    // TODO: implement
    return 0;
}
