"""Two short questions whose answers tell what an engine can do."""

from __future__ import annotations

from fimbot.engines.protocol import Question

# A word that nobody writes by chance: without the suffix the answer is "Hello World" or the like. The embedded model of
# 1.5 billion parameters gave this and two other words in 6 of 6 tries with the suffix, and in none of 3 without it.
WORD = "marigold"

SUFFIX = Question(
    prefix='def the_word():\n    return "',
    suffix=f'"\n\n\nassert the_word() == "{WORD}"\n',
    max_tokens=16,
    temperature=0.0,
)

# An answer of many tokens, of which two are enough to see that they come one by one.
LONG = Question(
    prefix="def numbers():\n    return [1, 2, 3, 4, 5, ",
    suffix="]\n\n\nassert len(numbers()) == 30\n",
    max_tokens=64,
    temperature=0.0,
)
ENOUGH_PIECES = 2


def honours_suffix(answer: str) -> bool:
    return WORD in answer.lower()
