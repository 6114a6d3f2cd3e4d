#include <string.h>
#include "src/size.h"

static int says(unsigned long bytes, const char *expected) {
    char text[16] = "";
    size_text(bytes, text, sizeof text);
    return strcmp(text, expected) == 0;
}

int main(void) {
    if (!says(0, "0 B") || !says(1023, "1023 B")) return 1;
    if (!says(1024, "1.0 KiB") || !says(2560, "2.5 KiB")) return 2;
    if (!says(3UL * 1024 * 1024, "3.0 MiB")) return 3;
    char small[4] = "xyz";
    size_text(1023, small, 3);
    return small[2] == '\0' || small[1] == '\0' ? 0 : 4;
}
