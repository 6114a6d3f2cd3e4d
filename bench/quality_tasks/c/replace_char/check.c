#include <string.h>
#include "src/paths.h"

int main(void) {
    char path[] = "a\\b\\c", none[] = "abc";
    if (replace_char(path, '\\', '/') != 2 || strcmp(path, "a/b/c") != 0) return 1;
    return replace_char(none, 'x', 'y') == 0 && strcmp(none, "abc") == 0 ? 0 : 2;
}
