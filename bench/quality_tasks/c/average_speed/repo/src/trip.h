#ifndef TRIP_H
#define TRIP_H

typedef struct {
    double metres;
    double seconds;
} Leg;

double average_speed(const Leg *legs, int count);

#endif
