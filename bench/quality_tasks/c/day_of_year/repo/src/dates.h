#ifndef DATES_H
#define DATES_H

#include <stdbool.h>

bool is_leap(int year);
int day_of_year(int year, int month, int day);

#endif
