#include "due.h"

int count_late(const Ticket *tickets, int count, long now) {
    int late = 0;
    for (int at = 0; at < count; at++) {
        late += is_late(&tickets[at], now);
    }
    return late;
}
