"""Bodies of the usual shapes, for the language modules to build on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fimbot.stubs.language import Body

if TYPE_CHECKING:
    from tree_sitter import Node


def braces(node: Node) -> Body | None:
    """The body of a block node that opens with `{` and closes with `}`; None where either is missing."""
    if node.child_count < 2:
        return None
    first, last = node.child(0), node.child(node.child_count - 1)
    if first is None or last is None or first.type != "{" or last.type != "}" or last.is_missing:
        return None
    return Body(tuple(node.named_children), first.end_byte, last.start_byte)


def braced_field(*types: str, field: str = "body") -> Callable[[Node], Body | None]:
    """For a callable whose `field` is a block of one of these types."""

    def body(node: Node) -> Body | None:
        block = node.child_by_field_name(field)
        return braces(block) if block is not None and block.type in types else None

    return body


def expression(node: Node) -> Body:
    """A body that is one expression, as in `=> e` or `= e`."""
    return Body((node,), node.start_byte, node.end_byte, shape="expression")
