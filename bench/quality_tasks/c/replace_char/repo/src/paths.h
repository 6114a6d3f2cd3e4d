#ifndef PATHS_H
#define PATHS_H

int replace_char(char *text, char from, char to);

#endif
