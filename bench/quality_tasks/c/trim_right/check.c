#include <string.h>
#include "src/text.h"

static int trims(const char *from, const char *to) {
    char text[32];
    strcpy(text, from);
    trim_right(text);
    return strcmp(text, to) == 0;
}

int main(void) {
    if (!trims("harbour", "harbour") || !trims("", "")) return 1;
    if (!trims("two words \t\n", "two words") || !trims("  a ", "  a")) return 2;
    if (!trims("   ", "")) return 3;
    return 0;
}
