from __future__ import annotations

from tests.stubs.cases import fill, none, skip, suggest, table

CASES = table(
    "a.py",
    none(
        "a finished function",
        """
        def f(x):
            return x + 1
        """,
    ),
    skip(
        "a member of a protocol",
        """
        class P(Protocol):
            def f(self) -> int: ...
        """,
        "P.f",
    ),
    suggest(
        "a docstring alone, in new code",
        '''
        def f(x):
            """Doc."""
        ''',
        "f",
        hole="",
    ),
    fill(
        "only a TODO comment",
        """
        def f(x):
            # TODO: later
        """,
        "f",
        kind="empty-body",
        hole="    # TODO: later",
    ),
)
