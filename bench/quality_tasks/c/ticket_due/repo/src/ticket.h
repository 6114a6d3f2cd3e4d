#ifndef TICKET_H
#define TICKET_H

enum priority { PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_URGENT };

typedef struct Ticket {
    enum priority priority;
    long opened_at; /* seconds */
    long paused_for; /* seconds that do not count */
    int closed;
} Ticket;

#endif
