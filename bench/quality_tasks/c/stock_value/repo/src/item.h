#ifndef ITEM_H
#define ITEM_H

struct item {
    const char *label;
    long price_cents;
    int on_shelf;
    int in_cellar;
};

#endif
