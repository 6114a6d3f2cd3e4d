"""Server-sent events, from bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html

httpx's own line reader is not used: it splits as `str.splitlines` does, and so tears an event apart at the
U+2028, form feed or U+0085 that JSON allows inside a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_BREAK = re.compile(rb"\r\n|\n|\r")


def events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of each event. One that the end of the stream cuts short is given out too: the reader of
    its JSON sees whether it is whole, and some servers leave out the last blank line."""
    data: list[str] = []
    for line in lines(chunks):
        if not line and data:
            yield "\n".join(data)
            data = []
        field, _, value = line.partition(b":")  # a comment has an empty field name
        if field == b"data":
            data.append(value.removeprefix(b" ").decode("utf-8", "replace"))
    if data:
        yield "\n".join(data)


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Without their line breaks."""
    pending: list[bytes] = []  # joined once a line: a hostile server sends megabytes byte by byte
    after_return = False
    for chunk in filter(None, chunks):
        rest = chunk[1:] if after_return and chunk.startswith(b"\n") else chunk
        after_return = chunk.endswith(b"\r")
        first, *others = _BREAK.split(rest)
        pending.append(first)
        for other in others:
            yield b"".join(pending)
            pending = [other]
    yield b"".join(pending)
