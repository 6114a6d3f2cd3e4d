#include "stock.h"

/* What all items are worth together, on the shelf and in the cellar, in cents. */
long stock_value(const struct item *items, int count) {
    // TODO: implement
}
