"""A stub's id: path + qualified name + normalised text, and the ordinal where all three are the same twice in a file.

It is the same whatever the change touches: `fimbot apply` and a review find a stub again by its id alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fimbot.values import Skip, Stub, stub_of

# From here on the whole file is sooner read than searched for each text.
_MOST_SEARCHES = 50


def normalised(stub: Stub, source: bytes) -> bytes:
    """What of its text counts: the callable for a body, the hole for what stands inside of one."""
    body = stub.kind in ("empty-body", "placeholder")
    return _squeezed(source[stub.start : stub.end] if body else source[stub.hole.start : stub.hole.end])


def id_of(path: str, name: str, text: bytes, ordinal: int = 0) -> str:
    """`text`: normalised. `ordinal`: how many with the same path, name and text stand above it."""
    import hashlib  # 4 ms, and in most files nothing is found

    identity = b"\0".join((path.encode("utf-8", "surrogateescape"), name.encode(), text))
    return hashlib.sha256(b"%s %d" % (identity, ordinal) if ordinal else identity).hexdigest()[:12]


def with_ids(found: Sequence[Stub | Skip], source: bytes) -> tuple[Stub | Skip, ...]:
    """`found`: of one file, in its order."""
    texts = [(stub.name, normalised(stub, source)) for stub in map(stub_of, found)]
    twins = Counter(texts)
    seen: Counter[tuple[str, bytes]] = Counter()
    done: list[Stub | Skip] = []
    for each, (name, text) in zip(found, texts, strict=True):
        id = id_of(stub_of(each).path, name, text, seen[name, text])
        done.append(named(each, id, twins[name, text]))
        seen[name, text] += 1
    return tuple(done)


def named(found: Stub | Skip, id: str, twins: int) -> Stub | Skip:
    stub = stub_of(found)._replace(id=id, twins=twins)
    return Skip(stub, found.reason) if isinstance(found, Skip) else stub


def may_have_twins(found: Sequence[Stub | Skip], source: bytes) -> bool:
    """Whether the file may hold more stubs like one of these: its text is there more often."""
    here: dict[bytes, list[Stub]] = {}
    for stub in map(stub_of, found):
        here.setdefault(normalised(stub, source), []).append(stub)
    if not here or len(here) > _MOST_SEARCHES:
        return bool(here)
    whole = _squeezed(source)
    return any(
        whole.count(text) > len(stubs) and any(_may_be_again(stub, text, source, whole) for stub in stubs)
        for text, stubs in here.items()
    )


def _may_be_again(stub: Stub, text: bytes, source: bytes, whole: bytes) -> bool:
    """`todo!()` is in every other function: it counts in this one, and in those of the same name."""
    name = stub.name.rpartition(".")[2].encode()
    return (
        stub.kind in ("empty-body", "placeholder")
        or whole.count(name) != 1
        or _squeezed(source[stub.start : stub.end]).count(text) > 1
    )


def _squeezed(text: bytes) -> bytes:
    return b" ".join(text.split())
