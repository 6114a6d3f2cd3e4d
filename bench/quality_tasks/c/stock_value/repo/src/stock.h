#ifndef STOCK_H
#define STOCK_H

#include "item.h"

long stock_value(const struct item *items, int count);

#endif
