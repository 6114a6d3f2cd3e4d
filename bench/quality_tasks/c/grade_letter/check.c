#include "src/grade.h"

int main(void) {
    if (grade_letter(100) != 'A' || grade_letter(90) != 'A') return 1;
    if (grade_letter(89) != 'B' || grade_letter(75) != 'B') return 2;
    if (grade_letter(74) != 'C' || grade_letter(50) != 'C') return 3;
    return grade_letter(49) == 'F' && grade_letter(0) == 'F' ? 0 : 4;
}
