#include "src/trip.h"

int main(void) {
    const Leg legs[] = {{100, 10}, {300, 90}};
    return average_speed(legs, 2) == 4.0 && average_speed(legs, 0) == 0 ? 0 : 1;
}
