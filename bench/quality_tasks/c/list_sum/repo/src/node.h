#ifndef NODE_H
#define NODE_H

struct node {
    int amount;
    struct node *rest;
};

int list_sum(const struct node *list);
int list_length(const struct node *list);

#endif
