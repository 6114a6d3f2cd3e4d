"""The FIM tokens of the model families, for servers that take one text and no suffix.

A text of the user's may hold such a token itself (a file about language models): in one text with ours the server
could not tell them apart. There it is broken by a blank, which shows in what `--dry-run` prints.
"""
# ruff: noqa: RUF001 - the bars in DeepSeek's tokens are fullwidth ones

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fimbot.engines.fim_wire import FILE_MARKER, render, sendable
from fimbot.engines.protocol import Question


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    models: str
    """A pattern that the names of its models match."""
    template: str
    """With {prefix} and {suffix}."""
    stops: tuple[str, ...]
    """What a model writes that goes on after the middle; servers that know the tokens stop there by themselves."""
    control: str
    """A pattern of what its tokenizer takes for control tokens."""


_PIPED = r"<\|[A-Za-z0-9_]{1,32}\|>"
_FIM = r"<(?:fim_[a-z]{1,9}|file_sep|repo_name|jupyter_[a-z_]{1,20})>"
_SENTENCE = r"</?s>"
_WIDE = r"<｜[^｜<>\s]{1,40}｜>"
_MISTRAL = r"\[/?(?:SUFFIX|PREFIX|MIDDLE|INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|IMG|SYSTEM_PROMPT)\]"
_LLAMA = r"<(?:PRE|SUF|MID|EOT)>"

_QWEN = "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>"
_STAR = "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>"
_STAR_STOPS = ("<|endoftext|>", "<file_sep>", "<repo_name>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>")

FAMILIES = (
    # https://github.com/QwenLM/Qwen2.5-Coder#3-file-level-code-completion-fill-in-the-middle
    Family(
        "Qwen-Coder",
        r"code-?qwen|qwen[\d.]*-?coder",
        _QWEN,
        ("<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|im_end|>"),
        _PIPED,
    ),
    # The suffix comes first: https://github.com/mistralai/mistral-common, `encode_fim`.
    Family(
        "Codestral",
        r"codestral",
        "[SUFFIX]{suffix}[PREFIX]{prefix}",
        ("[PREFIX]", "[SUFFIX]", "</s>"),
        f"{_MISTRAL}|{_SENTENCE}",
    ),
    # https://github.com/deepseek-ai/DeepSeek-Coder#2code-insertion
    Family(
        "DeepSeek-Coder",
        r"deepseek-?coder",
        "<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>",
        ("<｜end▁of▁sentence｜>", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<|EOT|>"),
        f"{_WIDE}|{_PIPED}",
    ),
    # https://huggingface.co/bigcode/starcoder2-15b; https://huggingface.co/stabilityai/stable-code-3b
    Family("StarCoder", r"star-?coder|stable-?code", _STAR, _STAR_STOPS, f"{_FIM}|{_PIPED}"),
    # The blanks belong to it: https://github.com/meta-llama/codellama, `infilling_prompt_tokens`.
    Family("CodeLlama", r"code-?llama", "<PRE> {prefix} <SUF>{suffix} <MID>", ("<EOT>",), f"{_LLAMA}|{_SENTENCE}"),
    # https://ai.google.dev/gemma/docs/codegemma/prompt-structure
    Family(
        "CodeGemma",
        r"code-?gemma",
        _QWEN,
        ("<|file_separator|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<end_of_turn>", "<eos>"),
        rf"{_PIPED}|<(?:bos|eos|pad|start_of_turn|end_of_turn)>",
    ),
    # Up to 3.3 with StarCoder's vocabulary, since 4 with one of its own.
    Family("Granite", r"granite-?(?:code|\d+b-code|3\.3)", _STAR, _STAR_STOPS, f"{_FIM}|{_PIPED}"),
    Family(
        "Granite 4",
        r"granite-?4",
        _QWEN,
        ("<|end_of_text|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
        _PIPED,
    ),
)
ANY_CONTROL = re.compile(f"{_PIPED}|{_FIM}|{_WIDE}|{_MISTRAL}|{_LLAMA}")
"""Where the model's own are not known. Without `<s>`, which is a struck-out text in HTML."""

# Changes when a question is laid out in another way, so that the cache forgets what the old layout gave.
LAYOUT = 1


def family_of(model: str) -> Family | None:
    """By the name that a server has for it: "Qwen/Qwen2.5-Coder-7B", "qwen2.5-coder:1.5b", a file's name."""
    name = model.lower().replace("_", "-")
    return next((family for family in FAMILIES if re.search(family.models, name)), None)


def code_model(models: Sequence[str]) -> str | None:
    """The first whose family is known, or else the only one."""
    known = [model for model in models if family_of(model) is not None]
    return known[0] if known else models[0] if len(models) == 1 else None


def under_paths(question: Question) -> str:
    """The prefix with context from other files before it, each part under its path.

    Of five tasks that need another file's names 4 came out right so, 2 or 3 with the parts as comments or under
    the family's `<|repo_name|>` and `<|file_sep|>`, none without (Qwen2.5-Coder 1.5B).
    """
    parts = [f"{part.path}\n{part.text.rstrip()}\n" for part in question.context]
    return "\n".join([*parts, question.prefix])


def broken(text: str, control: re.Pattern[str] | str = ANY_CONTROL) -> str:
    """`text` with a blank in whatever a tokenizer would take for a control token, and sendable."""
    return re.sub(control, lambda match: f"{match[0][0]} {match[0][1:]}", sendable(text))


def in_one_text(family: Family, question: Question) -> str:
    prefix, suffix = under_paths(question), question.suffix
    if family.name == "Codestral":
        prefix, suffix = render(question)
    # In pieces, not by `format`: a file may hold `{suffix}` itself.
    filled = {"{prefix}": broken(prefix, family.control), "{suffix}": broken(suffix, family.control)}
    return "".join(filled.get(part, part) for part in re.split(r"(\{(?:prefix|suffix)\})", family.template))


def stops_of(family: Family, question: Question) -> tuple[str, ...]:
    marker = (f"\n{FILE_MARKER}",) if family.name == "Codestral" and question.context else ()
    return (*family.stops, *marker)
