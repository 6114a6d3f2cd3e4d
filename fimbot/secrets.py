"""What must not leave the machine: files that hold secrets, and secrets in lines of code.

A secret is replaced where it stands, quotes and line count kept, so that the model still sees the code's shape.
The detectors are those of detect-secrets, called one line at a time: its own scan reads settings from a global,
asks the services behind the tokens over the network, and starts processes.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from fimbot.values import Withheld

Redact = Callable[[str, int], tuple[str, tuple[Withheld, ...]]]
"""(text of a line, its number) -> the text without secrets, and what was withheld."""

PLACEHOLDER = "<withheld>"

_PIECE, _OVERLAP = 500, 200
"""Characters that the keyword expressions see at once: their time grows with the square, 0.06 s for 500 hostile
ones and 0.9 s for 2,000."""

Found = tuple[str, str, str]
"""(what is replaced, what stands there afterwards, what it is)"""

_FILE = re.compile(
    r"(?i)(?:^|/)(?:"
    r"\.env(?:rc|\.[^/]*)?|[^/]*\.env"
    r"|[._]netrc|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials|\.dockercfg"
    r"|\.docker/config\.json|\.kube/config|kubeconfig|\.aws/(?:credentials|config)|\.azure/[^/]*|\.boto|\.s3cfg"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:\.[^/]*)?|[^/]*\.(?:pem|key|p12|pfx|p8|jks|keystore|kdbx?|ppk|asc|gpg)"
    r"|[^/]*\.(?:tfstate|tfvars)(?:\.[^/]*)?|\.terraformrc|\.vault_pass[^/]*|local\.settings\.json"
    # `secrets.py` and `credentials.go` are code: their lines are searched instead.
    r"|(?:[^/]*[._-])?(?:credentials?|secrets?)(?:\.(?:json|ya?ml|toml|ini|cfg|conf|properties|xml|txt|enc))?"
    r")$"
)

# Not among them: IPPublic (an address is no secret: 103 of 104 hits in 868 files of public code) and PrivateKey
# (it yields the words of the header, not the key).
_TOKENS = (
    "artifactory:ArtifactoryDetector",
    "aws:AWSKeyDetector",
    "azure_storage_key:AzureStorageKeyDetector",
    "cloudant:CloudantDetector",
    "discord:DiscordBotTokenDetector",
    "github_token:GitHubTokenDetector",
    "gitlab_token:GitLabTokenDetector",
    "ibm_cloud_iam:IbmCloudIamDetector",
    "ibm_cos_hmac:IbmCosHmacDetector",
    "jwt:JwtTokenDetector",
    "mailchimp:MailchimpDetector",
    "npm:NpmDetector",
    "openai:OpenAIDetector",
    "pypi_token:PypiTokenDetector",
    "sendgrid:SendGridDetector",
    "slack:SlackDetector",
    "softlayer:SoftlayerDetector",
    "square_oauth:SquareOAuthDetector",
    "stripe:StripeDetector",
    "telegram_token:TelegramBotTokenDetector",
    "twilio:TwilioKeyDetector",
)
_BASE64 = "high_entropy_strings:Base64HighEntropyString"
_HEX = "high_entropy_strings:HexHighEntropyString"
"""Only where the line speaks of a secret: of 2,146 hits in 1,768 files of public code all were checksums."""

# What detect-secrets 1.5 does not know. Each has one group: the secret.
_OWN = (
    ("API Key", re.compile(r"\b(sk-[A-Za-z0-9_-]{20,})")),
    ("Google API Key", re.compile(r"\b(AIza[0-9A-Za-z_-]{35})")),
    ("GitHub Token", re.compile(r"\b(github_pat_[A-Za-z0-9_]{22,})")),
    ("Hugging Face Token", re.compile(r"\b(hf_[A-Za-z0-9]{30,})")),
    ("Slack Token", re.compile(r"\b(x(?:ox[a-z]|app)-[A-Za-z0-9-]{10,})")),
    ("Bearer Token", re.compile(r"(?i)\bbearer\s+([A-Za-z0-9._~+/-]{20,}=*)")),
    (
        "Secret Keyword",
        re.compile(r"(?i)(?:token|passphrase)\w*['\"]?\]?\s*[:=]{1,2}>?\s*['\"`]([\w+/=.~-]{16,})['\"`]"),
    ),
    (
        "Secret Keyword",
        re.compile(r"(?i)[;?&'\"](?:password|passwd|pwd|access_token|api_?key|token)=([^\s;&\"'{}$<>%]{6,})"),
    ),
    # `export API_KEY=...` of a shell script
    ("Secret Keyword", re.compile(r"^\s*(?:export\s+)?\w*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)\w*=([\w+/=~-]{8,})\s*$")),
    ("Private Key", re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----((?:\\[nr]|[A-Za-z0-9+/=]){16,})")),
)
_KEY_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
_KEY_BYTES = 20_000
"""More than a 16,384-bit RSA key takes."""
# What may stand around a row of a key in code: quotes, `+`, a comment sign, `\\n`.
_KEY_ROW = re.compile(
    rb"[\s\"'`+*#/;.,]*(?:[A-Za-z0-9+/=]{16,}|(?:Proc-Type|DEK-Info|Version|Comment):.*)?(?:\\[nr])*[\s\"'`+,;\\.)]*"
)
_KEY_LAST = re.compile(rb"[\s\"'`+*#/;.,]*[A-Za-z0-9+/=]{1,76}(?:\\[nr])*[\s\"'`+,;\\.)]*")
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{4,}")

_NEEDS_DIGIT = frozenset({"API Key", "Bearer Token", "Secret Keyword"})

# `:=` is Go's, and what detect-secrets looks for after a keyword only in files that it knows to be Go.
_SHORT_ASSIGNMENT = re.compile(
    r"(?i)(?:api_?key|auth_?key|private_?key|client_?key|passw(?:or)?d|pwd|secret)\w*\s*:=\s*['\"`]([^'\"`]+)['\"`]"
)

# Cheap looks before the detectors, which take 0.2 ms a line.
_KEYWORD_HINT = re.compile(r"(?i)key|pass|pwd|secret|contrase")
_SECRET_HINT = re.compile(r"(?i)key|pass|pwd|secret|token|auth|cred|salt|sign")
_TOKEN_HINT = re.compile(r"[\w+/=.:-]{11,}")

_NO_VALUE = re.compile(
    # A short word, a message, a template, a mask or the name of a field where a keyword would have its secret.
    r".{0,3}|[a-z]{1,5}|.*\s.*|.*[{}<>%$(\[].*|[*.xX#-]+|required|optional"
    r"|(?i:(?:[a-z]+_)?(?:api|access|secret|private|auth)?[_-]?(?:key|token|password|passwd|secret)"
    r"(?:[_-](?:key|id|name|field|file|path|hash|input|label))?)",
    re.DOTALL,
)
_TEMPLATE = re.compile(r"[{}<>%$(*]")
_HASH = 20
"""A hexadecimal string shorter than that is a checksum's beginning."""
_DELIMITERS = " \t\r\n\"'=:"
_DELIMITER = re.compile(r"[\s\"']")
_TAIL = re.compile(r"[\w-]*")
_SEQUENCES = ("0123456789", "abcdefghijklmnopqrstuvwxyz")


def withheld_file(path: str) -> str | None:
    """Why a file is neither a source nor context, by its name; None: it may be read."""
    return "a file that holds secrets by its name" if _FILE.search(path) else None


def redactor(path: str, source: bytes) -> Redact:
    """For the lines of this content: (text, 1-based number) -> the text without secrets, and what was withheld."""
    in_key = key_rows(source)

    def redact(text: str, number: int) -> tuple[str, tuple[Withheld, ...]]:
        if number in in_key:
            clean = _KEY_TEXT.sub(PLACEHOLDER, text)
            return clean, (Withheld(path, "Private Key", number),) if clean != text else ()
        clean, reasons = redact_line(text)
        return clean, tuple(Withheld(path, reason, number) for reason in reasons)

    return redact


def redact_line(text: str) -> tuple[str, list[str]]:
    """The line without its secrets, and what each of them was."""
    reasons: list[str] = []
    for secret, placeholder, reason in _found(text):
        if secret in text:
            text = text.replace(secret, placeholder)
            reasons.append(reason)
    return text, reasons


def key_rows(source: bytes) -> frozenset[int]:
    """The 1-based lines inside private keys; their first and last lines say only that there is one."""
    rows: set[int] = set()
    for begin in _KEY_BEGIN.finditer(source):
        number = source.count(b"\n", 0, begin.end()) + 1
        lines = source[begin.end() : begin.end() + _KEY_BYTES].split(b"\n")[1:]
        for index, line in enumerate(lines):
            short = index + 1 < len(lines) and b"-----END" in lines[index + 1]
            if not (_KEY_ROW.fullmatch(line) or (short and _KEY_LAST.fullmatch(line))):
                break
            rows.add(number + index + 1)
    return frozenset(rows)


def _found(text: str) -> Iterator[Found]:
    """Secrets of a line, those with a shape of their own first: a keyword's value may be one of them."""
    if "://" in text:
        for value in _detector("basic_auth:BasicAuthDetector").analyze_string(text):
            if not _TEMPLATE.search(value):
                yield f":{value}@", f":{PLACEHOLDER}@", "Basic Auth Credentials"
    if any(_has_digit(run.group()) for run in _TOKEN_HINT.finditer(text)):
        for detector in map(_detector, _TOKENS):
            for value in _tokens(text, detector):
                yield value, PLACEHOLDER, detector.secret_type
        for reason, pattern in _OWN:
            for value in pattern.findall(text):
                if reason not in _NEEDS_DIGIT or _has_digit(value):
                    yield value, PLACEHOLDER, reason
        yield from _random_strings(text)
    if _KEYWORD_HINT.search(text):
        yield from _keyword_values(text)


def _tokens(text: str, detector: Any) -> Iterator[str]:
    """Whole tokens. What the detector itself yields may be the first letters of one (`ghp`), or lack its end."""
    for pattern in detector.denylist:
        for match in pattern.finditer(text):
            groups = [span for span in map(match.span, range(1, pattern.groups + 1)) if span[0] >= 0]
            start, end = match.span()
            if _DELIMITER.search(match.group().strip(_DELIMITERS)) and groups:
                # A keyword, an assignment and the secret.
                start, end = max(groups, key=lambda span: span[1] - span[0])
            is_valid = getattr(detector, "is_formally_valid", None)
            tail = _TAIL.match(text, end)
            value = text[start : tail.end() if tail else end].strip(_DELIMITERS)
            if value and (is_valid is None or is_valid(match.group())):
                yield value


def _random_strings(text: str) -> Iterator[Found]:
    for name in (_BASE64, _HEX) if _SECRET_HINT.search(text) else (_BASE64,):
        detector = _detector(name)
        for value in detector.analyze_string(text):
            random = detector.calculate_shannon_entropy(value) > detector.entropy_limit
            if random and len(value) >= _HASH and _has_digit(value) and not _is_sequence(value) and not _is_name(value):
                yield value, PLACEHOLDER, detector.secret_type


def _keyword_values(text: str) -> Iterator[Found]:
    detector = _detector("keyword:KeywordDetector")
    for start in range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP):
        piece = text[start : start + _PIECE]
        for value in [*detector.analyze_string(piece), *_SHORT_ASSIGNMENT.findall(piece)]:
            if not _NO_VALUE.fullmatch(value):
                for quote in "\"'`":
                    yield f"{quote}{value}{quote}", f"{quote}{PLACEHOLDER}{quote}", detector.secret_type


def _has_digit(text: str) -> bool:
    return any(character in "0123456789" for character in text)


def _is_sequence(value: str) -> bool:
    """An alphabet or a counter: `0123456789abcdef`."""
    lower = value.lower()
    return any(lower[i : i + 5] in run for run in _SEQUENCES for i in range(len(lower) - 4))


def _is_name(value: str) -> bool:
    """Words joined by `_`, `-`, `/`: `crypto_sign_ed25519_BYTES`, `text/x-h264`."""
    words = [word for word in re.split(r"[_/.=-]+", value) if word]
    return len(words) > 1 and all(re.fullmatch(r"[A-Za-z]*\d{0,5}[A-Za-z]*|\d+", word) for word in words)


@cache
def _detector(name: str) -> Any:
    module, _, detector = name.partition(":")
    # Its import turns warnings into log records for the whole process.
    show = warnings.showwarning
    try:
        return getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), detector)()
    finally:
        if warnings.showwarning is not show:
            import logging

            logging.captureWarnings(False)
