#include <stddef.h>
#include "src/queue.h"

int main(void) {
    struct job d = {4, 1, NULL}, c = {3, 0, &d}, b = {2, 1, &c}, a = {1, 1, &b};
    struct queue queue = {&a, 4}, empty = {NULL, 0};
    if (queue_drop_cancelled(&empty) != 0 || empty.head != NULL) return 1;
    if (queue_drop_cancelled(&queue) != 3 || queue.length != 1) return 2;
    if (queue.head != &c || c.after != NULL) return 3;
    if (queue_drop_cancelled(&queue) != 0 || queue.length != 1) return 4;
    return 0;
}
