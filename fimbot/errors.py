"""Every error that fimbot raises on purpose.

    FimbotError                 exit status 3: the job could not be done
    ├── UsageError              exit status 2: wrong usage
    │   └── SettingsError       exit status 2: wrong configuration
    │       └── NoKey           nowhere is a key for this engine
    ├── GitError                git refused, or there is no repository
    ├── EngineError             the engine could not answer
    │   ├── EngineRefused       no retry helps: key, host, model or parameters (401, 402, 403, 404, 422)
    │   └── EngineUnavailable   down, slow, throttled or answering nonsense; trying later may help
    │       └── QuotaExhausted  nothing was sent: the minute's quota has no room before the deadline
    ├── GitHubError             GitHub could not be reached, or did not do what it was asked
    │   ├── GitHubThrottled     too many requests, and the wait is longer than anybody's patience
    │   ├── GitHubForbidden     the token may not do it, or the pull request is locked (403)
    │   ├── GitHubGone          not there, or not for this token (404)
    │   ├── GitHubInvalid       it does not take what was sent (422): a line that is not part of the diff
    │   └── GitHubUnavailable   down, slow or answering nonsense: whether it did what was asked is not known
    ├── ModelError              the embedded model is missing, damaged or could not be fetched
    ├── StoreError              keys or answers that are kept cannot be read or written
    ├── ParseError              a text is beyond what a parser gets through in reasonable time
    └── PatchError              a patch could not be written or does not apply

A message is one line: what, where, and what to do now. It never holds a key.
Foreign exceptions (git, HTTP, parser) become one of these in the room that talks to the foreigner.
"""

from __future__ import annotations


class FimbotError(Exception):
    exit_status = 3


class UsageError(FimbotError):
    exit_status = 2


class SettingsError(UsageError):
    pass


class NoKey(SettingsError):
    pass


class GitError(FimbotError):
    pass


class EngineError(FimbotError):
    requests = 0
    """HTTP requests that were sent in vain, retries included."""
    status = 0
    """Of the server's answer, where it refused."""
    said = ""
    """What it said about that, without the key."""


class EngineRefused(EngineError):
    pass


class EngineUnavailable(EngineError):
    pass


class QuotaExhausted(EngineUnavailable):
    pass


class GitHubError(FimbotError):
    pass


class GitHubThrottled(GitHubError):
    pass


class GitHubForbidden(GitHubError):
    pass


class GitHubGone(GitHubError):
    pass


class GitHubInvalid(GitHubError):
    pass


class GitHubUnavailable(GitHubError):
    pass


class ModelError(FimbotError):
    pass


class StoreError(FimbotError):
    pass


class ParseError(FimbotError):
    pass


class PatchError(FimbotError):
    pass
