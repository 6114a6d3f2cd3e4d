#include <assert.h>
#include <string.h>

#include "../src/size.h"

static void test_size_text(void) {
    char text[16];
    size_text(512, text, sizeof text);
    assert(strcmp(text, "512 B") == 0);
    size_text(1536, text, sizeof text);
    assert(strcmp(text, "1.5 KiB") == 0);
    size_text(10UL * 1024 * 1024, text, sizeof text);
    assert(strcmp(text, "10.0 MiB") == 0);
}
