#include "level.h"

/* The sum, held within what an int16_t takes. */
int16_t add_saturating(int16_t level, int16_t change) {
    return 0; // TODO
}
