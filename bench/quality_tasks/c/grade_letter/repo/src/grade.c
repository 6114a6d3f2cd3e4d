#include "grade.h"

char grade_letter(int points) {
    // TODO: implement
}
