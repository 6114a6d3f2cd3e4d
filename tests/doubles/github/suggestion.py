"""The Apply button's rule, pure: a comment's body and the lines that it hangs on -> the file's new bytes.

    apply_suggestion(b"a\\nb\\n", 2, 2, "```suggestion\\nc\\n```")  ->  b"a\\nc\\n"

What is known of GitHub's rule, and where from:

- The fence is CommonMark's, so markdown-it reads it: as long as it likes, backticks or tildes, three blanks before it
  at most, line ends of any kind.
- Lines are replaced as lines. A fence with nothing in it deletes them; one with an empty line in it leaves an empty
  line (reviewdog#2761).
- Whether the file ends with a line feed is none of its business: a suggestion that would only add one is "no change"
  (code-suggester#503, reviewdog#1927). That a last line without one stays without one is inferred from that.
- A file that holds any CRLF is committed with CRLF throughout, lines that nobody suggested included (w3c/cbor-ld#112,
  w3c/guide#452, digital-credentials#572).
- Not known, hence refused here: what becomes of a file that is not UTF-8.
"""

from __future__ import annotations

from markdown_it import MarkdownIt

NO_CHANGE = "This suggestion is invalid because no changes were made to the code."


class SuggestionRefused(Exception):
    """GitHub does not offer the button, or says no; in its own words where they are known."""


def suggestions(body: str) -> list[str]:
    """The code of each suggestion in a comment; every line of it ends with a line feed."""
    # With the line feed that a fence is closed by when the text ends before it is.
    tokens = MarkdownIt("commonmark").parse(f"{body}\n")
    return [token.content for token in tokens if token.type == "fence" and token.info.split()[:1] == ["suggestion"]]


def apply_suggestion(before: bytes, start: int, end: int, body: str) -> bytes:
    """Replaces the lines `start` to `end`, 1-based. Raises SuggestionRefused.

    A comment with several suggestions is refused: which one a reviewer would take is anybody's guess.
    """
    found = suggestions(body)
    if len(found) != 1:
        raise SuggestionRefused(f"The comment holds {len(found)} suggestions.")
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SuggestionRefused("What GitHub makes of a file that is not UTF-8 is not known.") from error
    after = replace_lines(text, start, end, found[0]).encode()
    if after == before:
        raise SuggestionRefused(NO_CHANGE)
    return after


def replace_lines(text: str, start: int, end: int, code: str) -> str:
    """`code`: lines that end with a line feed each. Raises SuggestionRefused for lines that are not there."""
    lines = text.replace("\r\n", "\n").split("\n")
    # What stands behind the last line feed is a line only if there is something.
    count = len(lines) if lines[-1] else len(lines) - 1
    if not 1 <= start <= end <= count:
        raise SuggestionRefused(f"The file has no lines {start} to {end}.")
    lines[start - 1 : end] = code.split("\n")[:-1]
    return ("\r\n" if "\r\n" in text else "\n").join(lines)
