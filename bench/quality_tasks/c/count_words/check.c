#include "src/count.h"

int main(void) {
    if (count_words("") != 0 || count_words(" \n\t") != 0) return 1;
    if (count_words("one") != 1 || count_words(" one ") != 1) return 2;
    if (count_words("one two\n three\tfour") != 4) return 3;
    return 0;
}
