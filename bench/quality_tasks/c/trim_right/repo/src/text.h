#ifndef TEXT_H
#define TEXT_H

void trim_right(char *text);
void to_upper(char *text);

#endif
