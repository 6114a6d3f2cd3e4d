# Chores around the desk, to be sourced: plain sh, nothing that is not on every machine.

# Prints its argument without the blanks at its start and end.
trim() {
    # TODO: titles come with blanks around them
    :
}

# Prints how many lines of the file $1 hold the word $2.
count_lines() {
    # TODO: how often was a title asked for?
    :
}

say() {
    printf '%s\n' "$*" >&2
}
