"""The FIM tokens of the families: who is who, what is sent, and what a user's own text cannot do."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.fim_tokens import (
    ANY_CONTROL,
    FAMILIES,
    Family,
    broken,
    code_model,
    family_of,
    in_one_text,
    stops_of,
)
from fimbot.engines.protocol import Question
from fimbot.values import ContextPart

QUESTION = Question("PRE", "SUF", max_tokens=5)


@pytest.mark.parametrize("model", ["llama3.2:3b", "gpt-4o", "deepseek-r1:7b", "qwen2.5:7b", "granite-embedding", ""])
def test_a_model_of_no_known_family(model: str) -> None:
    assert family_of(model) is None


@pytest.mark.parametrize(
    ("model", "family", "sent"),
    [
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen-Coder", "<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>"),
        ("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "Qwen-Coder", "<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>"),
        ("qwen3-coder:30b", "Qwen-Coder", "<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>"),
        ("mistralai/Codestral-22B-v0.1", "Codestral", "[SUFFIX]SUF[PREFIX]PRE"),
        (
            "deepseek-coder-v2:16b-lite-base",
            "DeepSeek-Coder",
            "<\uff5cfim\u2581begin\uff5c>PRE<\uff5cfim\u2581hole\uff5c>SUF<\uff5cfim\u2581end\uff5c>",
        ),
        ("bigcode/starcoder2-15b", "StarCoder", "<fim_prefix>PRE<fim_suffix>SUF<fim_middle>"),
        ("stable-code:3b-code", "StarCoder", "<fim_prefix>PRE<fim_suffix>SUF<fim_middle>"),
        ("codellama/CodeLlama-13b-hf", "CodeLlama", "<PRE> PRE <SUF>SUF <MID>"),
        ("codegemma:2b", "CodeGemma", "<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>"),
        ("ibm-granite/granite-3b-code-base", "Granite", "<fim_prefix>PRE<fim_suffix>SUF<fim_middle>"),
        ("granite-code:8b", "Granite", "<fim_prefix>PRE<fim_suffix>SUF<fim_middle>"),
        ("ibm-granite/granite-4.0-micro-base", "Granite 4", "<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>"),
    ],
)
def test_a_family_by_its_models_name(model: str, family: str, sent: str) -> None:
    found = family_of(model)
    assert found is not None
    assert (found.name, in_one_text(found, QUESTION)) == (family, sent)


def test_the_model_that_is_taken() -> None:
    assert code_model(["llama3", "starcoder2:3b", "codellama"]) == "starcoder2:3b"
    assert code_model(["llama3"]) == "llama3"
    assert code_model(["llama3", "mistral"]) is None
    assert code_model([]) is None


FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@FAMILY
def test_context_stands_before_the_prefix(family: Family) -> None:
    question = replace(QUESTION, context=(ContextPart("call", "b.py", "f()\n"),), path="a.py")
    before, _, after = in_one_text(family, question).partition("b.py\nf()")
    assert "PRE" in after and "SUF" in before + after
    assert ("\n+++++ " in stops_of(family, question)) == (family.name == "Codestral")


@FAMILY
@given(data=st.data())
def test_a_users_text_adds_no_control_token(family: Family, data: st.DataObject) -> None:
    own = [token for each in FAMILIES for token in (*each.stops, *re.split(r"\{\w+\}", each.template)) if token.strip()]
    text = st.lists(st.sampled_from([*own, "<", "|", ">", "[", "a", "é", "\n", "{prefix}", "{suffix}"])).map("".join)
    prefix, suffix = data.draw(text), data.draw(text)
    plain = re.findall(family.control, in_one_text(family, QUESTION))
    assert re.findall(family.control, in_one_text(family, replace(QUESTION, prefix=prefix, suffix=suffix))) == plain


@given(st.text(st.sampled_from("<|>[]/_fimSUFIXPREMD\uff5c\u2581 ")))
def test_what_is_broken_holds_no_token_and_only_blanks_more(text: str) -> None:
    cut = broken(text)
    assert not ANY_CONTROL.search(cut)
    assert cut.replace(" ", "") == text.replace(" ", "")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<[")))
def test_a_text_without_tokens_is_left_as_it_is(text: str) -> None:
    assert broken(text) == text


def test_ordinary_code_is_left_as_it_is() -> None:
    for text in ("a <| b |> c", "xs[i] <= <s>old</s>", "List<T> f(Map<K, V> m)", "x = y[PREFIX_LEN]", "<div><b>"):
        assert broken(text) == text
