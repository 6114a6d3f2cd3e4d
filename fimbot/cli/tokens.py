"""GitHub's token, from the environment; and what of the environment the git of a clone is not shown."""

from __future__ import annotations

from collections.abc import Mapping

from fimbot.errors import SettingsError, UsageError
from fimbot.settings.keys import Key, named_key

TOKENS = ("FIMBOT_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")


def github_token(environ: Mapping[str, str]) -> Key:
    for name in TOKENS:
        secret = named_key(name, environ)
        if secret and not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise SettingsError(f"{name} holds characters that no token has (blanks, control or non-ASCII)")
        if secret:
            return Key(secret, name)
    raise UsageError(f"no token for GitHub: set {' or '.join(TOKENS[:2])} (in a workflow: ${{{{ github.token }}}})")


def secret_names(environ: Mapping[str, str]) -> list[str]:
    """What the git of a clone need not know: for a fetch it is given the token by itself."""
    return [name for name in environ if name in TOKENS or name.endswith("_API_KEY")]
