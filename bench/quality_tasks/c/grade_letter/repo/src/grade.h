#ifndef GRADE_H
#define GRADE_H

char grade_letter(int points);

#endif
