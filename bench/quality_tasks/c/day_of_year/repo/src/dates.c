#include "dates.h"

static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* 1 for the first of January; -1 for a date that there is none of. */
int day_of_year(int year, int month, int day) {
    // TODO: implement
    return -1;
}
