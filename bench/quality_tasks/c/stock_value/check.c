#include "src/stock.h"

int main(void) {
    struct item items[] = {{"tea", 250, 2, 1}, {"cup", 900, 0, 4}};
    return stock_value(items, 2) == 4350 && stock_value(items, 0) == 0 ? 0 : 1;
}
