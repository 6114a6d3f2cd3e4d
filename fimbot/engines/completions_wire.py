"""The body of `/v1/completions`, OpenAI's older API, which most servers of one's own speak.

https://platform.openai.com/docs/api-reference/completions/create
"""

from __future__ import annotations

from collections.abc import Sequence

from fimbot.engines.fim_wire import RANGES, Ranges, known
from fimbot.engines.protocol import Question

COMPLETIONS_RANGES: Ranges = {**RANGES, "temperature": (float, (0, 2))}


def completions_body(
    model: str, prompt: str, suffix: str | None, question: Question, *, stop: Sequence[str] = ()
) -> dict[str, object]:
    """`stop` comes after the question's own. A suffix of None is not sent."""
    return known(
        {
            "model": model,
            "prompt": prompt,
            "suffix": suffix,
            "max_tokens": question.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": question.temperature,
            "top_p": question.top_p,
            "stop": [*question.stop, *stop] or None,
            "seed": question.random_seed,
        }
    )
