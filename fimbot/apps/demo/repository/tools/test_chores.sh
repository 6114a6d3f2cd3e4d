# sh tools/test_chores.sh [NAME]: all tests, or one.
cd "$(dirname "$0")" || exit 2
. ./chores.sh
failed=0

equal() { # WHAT EXPECTED ACTUAL
    if [ "$2" != "$3" ]; then
        echo "$1: expected '$2', got '$3'"
        failed=1
    fi
}

test_trim() {
    equal trim "a b" "$(trim "  a b ")"
    equal trim "plain" "$(trim "plain")"
    equal trim "" "$(trim "   ")"
}

test_lower() {
    equal lower "a tent" "$(lower "A Tent")"
    equal lower "saw 7" "$(lower "SAW 7")"
}

for name in ${1:-trim lower}; do
    "test_$name"
done
exit "$failed"
