from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Case:
    number: int
    opened: str  # ISO date
    closed: str | None = None


class Desk:
    def __init__(self, cases: list[Case]) -> None:
        self.cases = cases

    def open_cases(self) -> list[Case]:
        """The cases that are not closed, the oldest first."""
        # TODO: implement
        raise NotImplementedError

    def oldest(self) -> Case | None:
        waiting = self.open_cases()
        return waiting[0] if waiting else None
