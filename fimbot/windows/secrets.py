"""What must not leave the machine: files that hold secrets, and secrets in lines of code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.values import Withheld

if TYPE_CHECKING:
    from fimbot.windows.lines import Redact

PLACEHOLDER = "<withheld>"

_FILE = re.compile(
    r"(?i)(?:^|/)(?:"
    r"\.env(?:\.[^/]*|rc)?|[^/]*\.env"
    r"|\.netrc|_netrc|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials|\.dockercfg"
    r"|\.docker/config\.json|\.kube/config|kubeconfig|\.aws/(?:credentials|config)|\.azure/[^/]*|\.boto|\.s3cfg"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)[^/]*|[^/]*\.(?:pem|key|p12|pfx|p8|jks|keystore|kdbx?|ppk|asc|gpg|tfstate|tfvars)"
    r"|master\.key|\.vault_pass[^/]*|local\.settings\.json|\.terraformrc"
    r"|(?:[^/]*[._-])?(?:credentials?|secrets?)(?:\.(?:json|ya?ml|toml|ini|cfg|conf|properties|xml|txt|env|enc))?"
    r")$"
)

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
_KEY_END = re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY")
_KEY_ROWS = 200
"""A 16,384-bit RSA key has 200 rows; what has no end line ends there."""
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{4,}")


def withheld_file(path: str) -> str | None:
    """Why a file is neither a source nor context, by its name; None: it may be read."""
    return "a file that holds secrets by its name" if _FILE.search(path) else None


def redactor(path: str, source: bytes) -> Redact:
    """A function for the lines of this content. The same line gives the same text: nothing is random."""
    key_rows = _key_rows(source)

    def redact(text: str, number: int) -> tuple[str, tuple[Withheld, ...]]:
        if number in key_rows:
            clean = _KEY_TEXT.sub(PLACEHOLDER, text)
            reasons = ["Private Key"] if clean != text else []
        else:
            clean, reasons = redact_line(text)
        return clean, tuple(Withheld(path, reason, number) for reason in reasons)

    return redact


def redact_line(text: str) -> tuple[str, list[str]]:
    return text, []


def _key_rows(source: bytes) -> frozenset[int]:
    """1-based lines inside a private key, its first and last line not included."""
    rows: set[int] = set()
    for begin in _PRIVATE_KEY.finditer(source):
        first = source.count(b"\n", 0, begin.end()) + 1
        end = _KEY_END.search(source, begin.end())
        last = first + source.count(b"\n", begin.end(), end.start()) if end else first + _KEY_ROWS
        rows.update(range(first + 1, min(last, first + _KEY_ROWS)))
    return frozenset(rows)
