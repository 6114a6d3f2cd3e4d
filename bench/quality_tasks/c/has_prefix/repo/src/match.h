#ifndef MATCH_H
#define MATCH_H

#include <stdbool.h>

bool has_prefix_ci(const char *text, const char *prefix);

#endif
