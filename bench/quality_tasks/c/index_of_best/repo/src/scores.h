#ifndef SCORES_H
#define SCORES_H

int index_of_best(const int *scores, int count);

#endif
