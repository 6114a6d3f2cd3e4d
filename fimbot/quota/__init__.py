"""One quota for everybody who shares it: requests and tokens in a sliding minute, per engine host and model.

    quota = open_quota(host, model, Limits(500, 60_000))     # open.py
    reservation = quota.reserve(tokens, deadline, stopped, priority)
    quota.settle(reservation, tokens)                         # always, also when the request failed
    quota.wait(tokens, requests, priority)                    # seconds until there is room: Retry-After, ETA
    quota.heard(headers)                                      # what an answer said of the limits
    quota.throttled(reservation, retry_after)                 # a 429: everybody waits
    quota.close()

`reserve` takes the prompt's estimate plus `max_tokens`, before anything is sent. It waits for its turn and for room,
looks at `stopped` ten times a second, and raises `QuotaExhausted` ("quota: ...") as soon as it is clear that there is
no room before the deadline. A lower `priority` goes first (`HOOK`, `RUN`, `BACKGROUND`), then who came first, across
processes. `settle(reservation, None)` is for a request of unknown cost: what was reserved stays counted. All of it is
safe from many threads; each blocks its own thread only.

How it is laid out: account.py is the arithmetic, on plain values and with the time passed in; a store (store.py) does
one step of it atomically: embedded.py in SQLite for the processes of a machine (or of this one, in memory),
redis_store.py with account.lua for the machines of a team. fallback.py goes from one that is down to the next, quota.py
waits, and line.py lets the threads of a process ask one at a time.

A request counts from its reservation until a minute after it was settled. So whenever between the two a server counts
it (on arrival, or when the answer is done), no minute of the server's holds more than the limit.
"""

from fimbot.quota.quota import Quota, Reservation
from fimbot.quota.values import BACKGROUND, HOOK, RUN, Limits

__all__ = ["BACKGROUND", "HOOK", "RUN", "Limits", "Quota", "Reservation"]
