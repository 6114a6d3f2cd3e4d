#include <assert.h>

#include "../src/grade.h"

static void test_grade_letter(void) {
    assert(grade_letter(95) == 'A');
    assert(grade_letter(90) == 'A');
    assert(grade_letter(75) == 'B');
    assert(grade_letter(74) == 'C');
    assert(grade_letter(50) == 'C');
    assert(grade_letter(49) == 'F');
}
