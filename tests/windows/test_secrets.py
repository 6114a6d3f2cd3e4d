"""No secret is in a window; code that only speaks of secrets is left as it is.

The planted secrets are put together here, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fimbot.secrets import PLACEHOLDER, redact_line, redactor, withheld_file
from fimbot.values import ContextPart
from tests.windows.stubbed import window_of

AWS = "AKIA" + "Q3EGRIOPLW7B2XNM"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SLACK = "xoxb-" + "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
API_KEY = "sk-" + "7fK2mQ9xR4tW8vB3nL6pD1sG5hJ0cZyE"
RANDOM = "mJ8/qL2xV9" + "pR4tYwZ7kNcB3sFgH6dQaE1u"
ROWS = [
    "MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9OiJjRazXBZ1BjP5CE/Wm/Rr500P",
    "RK+Lh9x5eJPo5CAZ3/ANBE0sTK0ZsDGMak2m1g73VZHNv5cJkzH6RL7c1bMLOdlT",
    "yGUVrhiW==",
]
PEM = ["-----BEGIN RSA " + "PRIVATE KEY-----", *ROWS, "-----END RSA " + "PRIVATE KEY-----"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x = 1",
        "password = get_password()",
        "password = os.environ['PASSWORD']",
        'PASSWORD_FIELD = "password"',
        'raise ValueError("the password is missing")',
        'secret = f"{prefix}-{suffix}"',
        'url = "https://{user}:{password}@host/"',
        'url = "https://example.com:8080/path@2x.png"',
        'digest = "d41d8cd98f00b204e9800998ecf8427e"',
        'ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"',
        'HEX_KEYS = "0123456789abcdefABCDEF"',
        'token = tokens[0] if tokens else "identifier"',
        "def password(self, value: str) -> None:",
        'HOST = "192.0.2.1"',
        'BEGIN = "-----BEGIN RSA ' + 'PRIVATE KEY-----"',
    ],
)
def test_code_that_holds_no_secret_is_left_as_it_is(line: str) -> None:
    assert redact_line(line) == (line, [])


@pytest.mark.parametrize(
    ("line", "clean", "reason"),
    [
        pytest.param(f'KEY = "{AWS}"', 'KEY = "<withheld>"', "AWS Access Key", id="an AWS key"),
        pytest.param(f"auth('{GITHUB}')", "auth('<withheld>')", "GitHub Token", id="a GitHub token"),
        pytest.param(f"# {SLACK} is mine", "# <withheld> is mine", "Slack Token", id="a Slack token in a comment"),
        pytest.param(f'jwt = "{JWT}"', 'jwt = "<withheld>"', "JSON Web Token", id="a JSON Web Token"),
        pytest.param(f"Client('{API_KEY}')", "Client('<withheld>')", "API Key", id="a key as Langdock's"),
        pytest.param(
            f'h = {{"Authorization": "Bearer {API_KEY[3:]}"}}',
            'h = {"Authorization": "Bearer <withheld>"}',
            "Bearer Token",
            id="a bearer token",
        ),
        pytest.param(
            'db = "postgres://app:s3cr3t@db/x"',
            'db = "postgres://app:<withheld>@db/x"',
            "Basic Auth Credentials",
            id="a password in a URL",
        ),
        pytest.param(
            'password = "hunter42"', 'password = "<withheld>"', "Secret Keyword", id="a password in double quotes"
        ),
        pytest.param(
            "def connect(password='hunter42'):",
            "def connect(password='<withheld>'):",
            "Secret Keyword",
            id="a password in a signature",
        ),
        pytest.param(
            '  "client_secret": "hunter42",', '  "client_secret": "<withheld>",', "Secret Keyword", id="in a mapping"
        ),
        pytest.param("const dbPassword := `hunter42`", "const dbPassword := `<withheld>`", "Secret Keyword", id="Go"),
        pytest.param(
            "export DEPLOY_TOKEN=abc123def456", "export DEPLOY_TOKEN=<withheld>", "Secret Keyword", id="shell"
        ),
        pytest.param(
            'access_token: "abcdef0123456789abcdef"',
            'access_token: "<withheld>"',
            "Secret Keyword",
            id="a token by name",
        ),
        pytest.param(
            '"Server=db;Password=hunter42;"',
            '"Server=db;Password=<withheld>;"',
            "Secret Keyword",
            id="a connection string",
        ),
        pytest.param(f'value = "{RANDOM}"', 'value = "<withheld>"', "Base64 High Entropy String", id="a random string"),
        pytest.param(
            f'k = "{PEM[0]}\\n{ROWS[0]}\\n"', f'k = "{PEM[0]}<withheld>"', "Private Key", id="a private key on one line"
        ),
    ],
)
def test_a_secret_is_replaced_where_it_stands(line: str, clean: str, reason: str) -> None:
    assert redact_line(line) == (clean, [reason])


def test_two_secrets_of_a_line_are_both_replaced() -> None:
    clean, reasons = redact_line(f'auth("{AWS}", "{GITHUB}")')
    assert clean == 'auth("<withheld>", "<withheld>")'
    assert sorted(reasons) == ["AWS Access Key", "GitHub Token"]


def test_a_secret_far_into_a_line_is_found() -> None:
    for column in range(0, 1900, 37):
        line = "x" * column + ' password = "hunter42"'
        assert "hunter42" not in redact_line(line)[0], column


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(PEM, id="as it is"),
        pytest.param([f"    {row}" for row in PEM], id="indented"),
        pytest.param([f'    "{row}\\n"' for row in PEM], id="strings that are joined"),
        pytest.param([f"    '{row}\\n' +" for row in PEM], id="strings that are added"),
        pytest.param([f"// {row}" for row in PEM], id="a comment"),
        pytest.param([PEM[0], "Proc-Type: 4,ENCRYPTED", "", *PEM[1:]], id="encrypted"),
        pytest.param(PEM[:-1], id="without its end"),
    ],
)
def test_a_private_key_over_several_lines_is_withheld(rows: list[str]) -> None:
    source = "\n".join(["before = 1", *rows, "after = 2"])
    redact = redactor("a.py", source.encode())
    lines = [redact(line, number) for number, line in enumerate(source.split("\n"), 1)]
    text = "\n".join(line for line, _ in lines)
    assert ROWS[0] not in text
    assert ROWS[1] not in text
    assert text.startswith("before = 1\n")
    assert text.endswith("\nafter = 2")
    assert text.count("\n") == source.count("\n")
    assert {entry.reason for _, withheld in lines for entry in withheld} == {"Private Key"}


def test_code_after_the_words_of_a_key_is_left_as_it_is() -> None:
    source = f'BEGIN = b"{PEM[0]}"\nEND = 1\n\n\ndef f(a):\n    return a\n'
    redact = redactor("a.py", source.encode())
    assert "\n".join(redact(line, number)[0] for number, line in enumerate(source.split("\n"), 1)) == source


def test_no_secret_is_in_a_window_and_each_is_counted_by_its_line() -> None:
    source = (
        f'KEY = "{AWS}"\n\n\ndef f(a, password="hunter42"):\n    # TODO: call with {GITHUB}\n    pass\n\n\n'
        f'TOKEN = "{SLACK}"\n'
    ).encode()
    window = window_of(source)
    sent = window.prefix + window.suffix
    for secret in (AWS, GITHUB, SLACK, "hunter42"):
        assert secret not in sent
        assert secret not in repr(window.withheld)
    assert sent.count(PLACEHOLDER) == 4
    assert [(entry.path, entry.line) for entry in window.withheld] == [
        ("a.py", 1),
        ("a.py", 4),
        ("a.py", 5),
        ("a.py", 9),
    ]


def test_what_is_not_in_the_window_is_not_counted() -> None:
    filler = "".join(f"def g{i}(a):\n    return {i}\n\n\n" for i in range(300))
    source = f'KEY = "{AWS}"\n\n\n{filler}def f(a):\n    raise NotImplementedError("TODO")\n'.encode()
    assert window_of(source, budget=200).withheld == ()


def test_context_is_searched_for_secrets_too() -> None:
    part = ContextPart("call", "b.py", f'f("{GITHUB}")\n')
    window = window_of(b"def f(a):\n    raise NotImplementedError('TODO')\n", context=[part])
    assert [part.text for part in window.context] == ['f("<withheld>")\n']
    assert [(entry.path, entry.reason) for entry in window.withheld] == [("b.py", "GitHub Token")]


@pytest.mark.parametrize(
    "path",
    [
        ".env", "app/.env.local", "prod.env", ".envrc", "tls/server.pem", "server.key", "home/.ssh/id_rsa",
        "id_ed25519",
        ".npmrc", ".netrc", ".pypirc", ".aws/credentials", "credentials", "credentials.json", "config/secrets.yml",
        "client_secret.json", "release.keystore", "terraform.tfstate", "prod.tfvars", ".git-credentials",
    ],
)  # fmt: skip
def test_a_file_that_holds_secrets_by_its_name(path: str) -> None:
    assert withheld_file(path)
    assert withheld_file(path.upper())


@pytest.mark.parametrize(
    "path",
    [
        "secrets.py",
        "src/credentials.go",
        "environment.py",
        "keys.ts",
        "pem.rs",
        "test_secrets.py",
        "npmrc.js",
        "env/a.py",
    ],
)
def test_code_about_secrets_is_no_such_file(path: str) -> None:
    assert withheld_file(path) is None


@pytest.mark.parametrize(
    "unit", ["password", "secret_", "password= ", '"a==password', "://a:", "aws_secret", "eyJ.", "a"]
)
def test_a_hostile_line_takes_seconds_at_most(unit: str) -> None:
    start = time.perf_counter()
    redact_line((unit * 2000)[:2000])
    assert time.perf_counter() - start < 5


def test_many_threads_find_the_same() -> None:
    lines = [f'KEY_{i} = "{AWS}"  # password = "hunter{i}42"' for i in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(redact_line, lines)) == [redact_line(line) for line in lines]


def test_the_detectors_are_imported_when_needed_and_leave_warnings_alone() -> None:
    program = (
        "import sys, warnings\n"
        "import fimbot.secrets as secrets\n"
        "show = warnings.showwarning\n"
        "assert 'detect_secrets' not in sys.modules and 'logging' not in sys.modules\n"
        "secrets.redact_line('password = \"hunter42\"')\n"
        "assert 'detect_secrets' in sys.modules and warnings.showwarning is show\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
