# Chores around the desk, to be sourced: plain sh, nothing that is not on every machine.

# Prints its argument without the blanks at its start and end.
trim() {
    # TODO: titles come with blanks around them
    :
}

# Prints its argument in lower case.
lower() {
    # TODO: titles are sorted without regard to case
    :
}

say() {
    printf '%s\n' "$*" >&2
}
