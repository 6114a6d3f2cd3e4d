#include "src/match.h"

int main(void) {
    if (!has_prefix_ci("Content-Type: x", "content-type") || !has_prefix_ci("a", "")) return 1;
    if (has_prefix_ci("Content", "content-type") || has_prefix_ci("", "a")) return 2;
    if (has_prefix_ci("contend", "content") || !has_prefix_ci("SAME", "same")) return 3;
    return 0;
}
