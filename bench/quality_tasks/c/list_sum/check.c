#include <stddef.h>
#include "src/node.h"

int main(void) {
    struct node b = {5, NULL}, a = {-2, &b};
    return list_sum(&a) == 3 && list_sum(NULL) == 0 ? 0 : 1;
}
