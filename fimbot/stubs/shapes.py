"""Bodies of the usual shapes, for the language modules to build on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fimbot.stubs.language import Body, Item, following, text_of
from fimbot.stubs.markers import CONTRACT, EXCUSE, IGNORE, says_missing

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_PLACEHOLDER = 2000


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


def commented(node: Node, comments: Sequence[Node]) -> Body:
    """A body that is one expression, with the comments before and beside it: the TODOs among them go with it."""
    before = [comment for comment in comments if comment.end_byte <= node.start_byte]
    after = [comment for comment in comments if comment.start_byte >= node.end_byte and _tells(comment)]
    start = next((comment.start_byte for comment in before if says_missing(text_of(comment))), node.start_byte)
    end = max([node.end_byte, *(comment.end_byte for comment in after if says_missing(text_of(comment)))])
    return Body((*before, node, *after), start, end, shape="expression")


def _tells(comment: Node) -> bool:
    """Why there is nothing, or that there is something to do; other remarks stay where they are."""
    text = text_of(comment)
    return says_missing(text) or any(said.search(text) for said in (CONTRACT, EXCUSE, IGNORE))


def returned_closure(node: Node, body: Body | None, classify: Callable[[Node], Item]) -> Item:
    """Of the return of a closure: a placeholder where nothing but a marker or an idiom is in the closure."""
    if body is None or node.end_byte - node.start_byte > _LONGEST_PLACEHOLDER:
        return Item("code", node)
    comments = "\n".join(text_of(item) for item in body.items if item.type == "comment")
    inside = [classify(item) for item in body.items if item.type != "comment"]
    messages = [item.text for item in inside if item.kind == "missing"]
    if any(item.kind == "code" for item in inside) or not (messages or says_missing(comments)):
        return Item("code", node)
    return Item("missing", node, "\n".join([comments, *messages]), certain=True)


def beside(node: Node, comment_types: frozenset[str]) -> list[Node]:
    """The comment in the line where a node ends, after it or after what it is the last of."""
    comment = following(node)
    if comment is None or comment.type not in comment_types:
        return []
    return [comment] if comment.start_point.row == node.end_point.row else []
