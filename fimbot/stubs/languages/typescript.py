"""TypeScript and TSX: JavaScript with types, which say more of what is meant to be empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs.language import Site, text_of
from fimbot.stubs.languages import javascript
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import is_bare

if TYPE_CHECKING:
    from tree_sitter import Node

_NOTHING = pattern(r"(?:Promise<|PromiseLike<|Awaitable<|Observable<)?(?:void|undefined|never|any|unknown)>?|.*\|void")


def _exempt(site: Site) -> str | None:
    if site.path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return "a declaration file"
    if site.simple_name == "constructor" and is_bare(site):
        if re.search(r"\b(?:private|protected)\s+constructor\b", site.header):
            return "a constructor that nobody may call"
        if re.search(r"[(,\s](?:public|private|protected|readonly|override)\s+[\w$]", _parameters(site)):
            return "a constructor whose parameters are the fields"
    return javascript.exempt(site)


def _doubt(site: Site) -> str | None:
    if is_bare(site):
        if any(child.type == "override_modifier" for child in site.node.children):
            return "an override"
        if site.owner is not None and site.owner.type == "abstract_class_declaration":
            return "an empty method of an abstract class"
    return javascript.doubt(site)


def _parameters(site: Site) -> str:
    return text_of(site.node.child_by_field_name("parameters"))


def _returns_value(node: Node) -> bool | None:
    declared = re.sub(r"\s", "", text_of(node.child_by_field_name("return_type"))).removeprefix(":")
    return _NOTHING.fullmatch(declared) is None and not declared.startswith("asserts") if declared else None


LANGUAGE = javascript.LANGUAGE._replace(
    name="typescript",
    grammar="tree_sitter_typescript:language_typescript",
    returns_value=_returns_value,
    exempt=_exempt,
    doubt=_doubt,
    hoisted=javascript.LANGUAGE.hoisted
    | {"function_signature", "interface_declaration", "type_alias_declaration", "ambient_declaration"},
)
TSX = LANGUAGE._replace(name="tsx", grammar="tree_sitter_typescript:language_tsx")
