#include "trip.h"

/* Metres per second over all legs together; 0 if they take no time. */
double average_speed(const Leg *legs, int count) {
    // TODO: implement
}
