#include "src/due.h"

int main(void) {
    Ticket urgent = {PRIORITY_URGENT, 1000, 0, 0}, normal = {PRIORITY_NORMAL, 0, 0, 0}, low = {PRIORITY_LOW, 0, 600, 0};
    if (is_late(&urgent, 1000 + 4 * 3600) != 0 || is_late(&urgent, 1001 + 4 * 3600) != 1) return 1;
    if (is_late(&normal, 23 * 3600) != 0 || is_late(&normal, 25 * 3600) != 1) return 2;
    if (is_late(&low, 72 * 3600 + 60) != 0 || is_late(&low, 73 * 3600) != 1) return 3;
    urgent.closed = 1;
    return is_late(&urgent, 1000000) == 0 ? 0 : 4;
}
