#ifndef DUE_H
#define DUE_H

#include "ticket.h"

int is_late(const Ticket *ticket, long now);

#endif
