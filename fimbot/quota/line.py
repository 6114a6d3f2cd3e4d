"""The threads of a process, lined up: only the first of them asks the store, so that 200 waiting threads cost it no
more than one."""

from __future__ import annotations

import threading
from bisect import insort
from itertools import count

Place = tuple[int, int]


class Line:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._places: list[Place] = []
        self._numbers = count()
        self._tokens: dict[Place, int] = {}

    def join(self, priority: int, tokens: int) -> Place:
        with self._changed:
            place = (priority, next(self._numbers))
            insort(self._places, place)
            self._tokens[place] = tokens
            return place

    def leave(self, place: Place) -> None:
        with self._changed:
            self._places.remove(place)
            del self._tokens[place]
            self._changed.notify_all()

    def is_first(self, place: Place) -> bool:
        with self._changed:
            return self._places[0] == place

    def rest(self, seconds: float) -> bool:
        """Sleeps; True where something has changed before the time was over."""
        with self._changed:
            return self._changed.wait(seconds)

    def stir(self) -> None:
        """Something was given back: the first one may find room."""
        with self._changed:
            self._changed.notify_all()

    def ahead(self, priority: int) -> tuple[int, int]:
        """(how many, their tokens) of those that the store does not know of, since they are not first."""
        with self._changed:
            ahead = [self._tokens[place] for place in self._places[1:] if place[0] <= priority]
            return len(ahead), sum(ahead)
