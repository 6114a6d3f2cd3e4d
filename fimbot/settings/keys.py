"""Keys: from the environment or from a command that prints one, and shown to nobody.

No file of a repository can name either: the environment mapping and `api-key-command` are the caller's, who
takes the latter from the user's own configuration only.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import NoReturn

from fimbot.errors import NoKey, SettingsError
from fimbot.processes import waiting_for

# In the order in which an engine is looked for when none is chosen.
KEY_NAMES: dict[str, str] = {
    "langdock": "LANGDOCK_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "codestral": "CODESTRAL_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
}
# Of chat models, which many people have for something else: the last that are looked for.
CHAT_KEY_NAMES: dict[str, str] = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
}
# Other routes of a host above, for the same key: never looked for.
_SAME_KEY = {"langdock-chat": "LANGDOCK_API_KEY", "langdock-anthropic": "LANGDOCK_API_KEY"}
ANY_ENGINE = "FIMBOT_API_KEY"

# A password manager may ask its user to unlock it first.
COMMAND_SECONDS = 60


class Key:
    """A secret that only `reveal` gives out: not repr, str, format, vars, asdict, copy or pickle."""

    __slots__ = ("_secret", "source")

    def __init__(self, secret: str, source: str) -> None:
        self._secret = secret
        self.source = source
        """Where it came from: "LANGDOCK_API_KEY", "api-key-command"."""

    def reveal(self) -> str:
        return self._secret

    def __bool__(self) -> bool:
        return bool(self._secret)

    def mask(self, text: str) -> str:
        """`text` without the key, for messages that a server wrote; a long one may be wrapped over several lines."""
        return re.sub(r"\s*".join(map(re.escape, self._secret)), "***", text) if self._secret else text

    def __repr__(self) -> str:
        return f"Key(*** from {self.source})"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is neither copied nor pickled")


NO_KEY = Key("", "nowhere")
"""For a server that asks for none."""


class OnlyKey(dict[str, str]):
    """The environment as an engine sees it whose key stands in a file: that key where the engine looks for its own, and
    none of the others, which are not for the host that the file names."""

    def __init__(self, environ: Mapping[str, str], engine: str, key: Key) -> None:
        # By their ending: whatever else an engine may come to look for is not for that host either.
        super().__init__({name: value for name, value in environ.items() if not name.endswith("_API_KEY")})
        if key:
            self[KEY_NAMES.get(engine, ANY_ENGINE)] = key.reveal()
        self.source = key.source

    def __repr__(self) -> str:
        return f"OnlyKey(*** from {self.source})"


def find_key(engine: str, environ: Mapping[str, str], command: Sequence[str] = ()) -> Key:
    """The key for `engine`: its own variable, then FIMBOT_API_KEY, then what `command` prints.

    Raises `NoKey` when there is none, and `SettingsError` when what is there cannot be a key.
    """
    key = find_key_if_any(engine, environ, command)
    if not key:
        raise NoKey(f"no key for {engine}: set {' or '.join(_names(engine))}, or api-key-command")
    return key


def find_key_if_any(engine: str, environ: Mapping[str, str], command: Sequence[str] = ()) -> Key:
    """As `find_key`; `NO_KEY` where there is none, for a server of one's own, which may ask for none."""
    for name in _names(engine):
        secret = named_key(name, environ)
        if secret:
            return checked_key(secret, environ.source if isinstance(environ, OnlyKey) else name)
    return checked_key(_run(command, environ).strip(), "api-key-command") if command else NO_KEY


def _names(engine: str) -> list[str]:
    own = (KEY_NAMES | CHAT_KEY_NAMES | _SAME_KEY).get(engine)
    return [own, ANY_ENGINE] if own else [ANY_ENGINE]


def named_key(name: str, environ: Mapping[str, str]) -> str:
    """The variable without the blanks and line breaks that pasting leaves; "" where it is unset or empty."""
    return environ.get(name, "").strip()


def checked_key(secret: str, source: str) -> Key:
    """Raises `SettingsError` for what cannot be a key."""
    if not secret:
        raise SettingsError(f"{source} printed no key")
    # Anything else breaks the header that carries it, and the HTTP library would quote it in its error.
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise SettingsError(f"{source} holds characters that no key has (blanks, control or non-ASCII)")
    return Key(secret, source)


def _run(command: Sequence[str], environ: Mapping[str, str]) -> str:
    program = command[0]
    try:
        with subprocess.Popen(
            list(command),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                with waiting_for(process):
                    output, _ = process.communicate(timeout=COMMAND_SECONDS)
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired:
        raise SettingsError(f"api-key-command {program!r} took longer than {COMMAND_SECONDS} s") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"api-key-command {program!r} cannot be run: {error}") from None
    # Neither output is quoted: both may hold the secret.
    if process.returncode != 0:
        raise SettingsError(
            f"api-key-command {program!r} failed with status {process.returncode}; run it by hand to see why"
        )
    return output.decode("utf-8", "replace")
