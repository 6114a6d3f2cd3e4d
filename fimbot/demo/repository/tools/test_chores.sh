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

test_count_lines() {
    file=$(mktemp)
    printf 'saw\ntent\nsaw saw\n' >"$file"
    equal count_lines 2 "$(count_lines "$file" saw)"
    equal count_lines 0 "$(count_lines "$file" ladder)"
    rm -f "$file"
}

for name in ${1:-trim count_lines}; do
    "test_$name"
done
exit "$failed"
