"""Where the user's Python package index has a wheel (simple repository API, PEP 503 and PEP 691).

Done by hand since neither pip nor uv need be there: a virtual environment made by uv has no pip.
"""

from __future__ import annotations

import configparser
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx

from fimbot.apps.model.download import SourceFailed, get, host_of

PYPI = "https://pypi.org/simple"
# In the order in which they are asked for; UV_INDEX_URL is the older name of UV_DEFAULT_INDEX.
VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True, slots=True)
class Index:
    """An index without the credentials that its URL may hold, so that no message can show them."""

    url: str
    auth: httpx.BasicAuth | None = None

    def auth_for(self, url: str) -> httpx.BasicAuth | None:
        """The credentials go to the index's own origin alone, never to where it keeps its files."""
        own, other = httpx.URL(self.url), httpx.URL(url)
        same = (own.scheme, own.host, own.port) == (other.scheme, other.host, other.port)
        return self.auth if same else None


def configured_index(environ: Mapping[str, str], home: Path) -> Index:
    """The index that the user's pip or uv would ask: environment, then pip's files, then PyPI."""
    for name in VARIABLES:
        if url := environ.get(name, "").strip():
            return index_at(url)
    for file in _pip_files(environ, home):
        if url := _index_in(file):
            return index_at(url)
    return index_at(PYPI)


def index_at(url: str) -> Index:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return Index("")
    auth = httpx.BasicAuth(parsed.username, parsed.password) if parsed.userinfo else None
    return Index(str(parsed.copy_with(userinfo=b"")).rstrip("/"), auth)


def find_wheel(client: httpx.Client, index: Index, project: str, version: str) -> str:
    """The URL of the project's pure Python wheel. Raises SourceFailed where the index has none."""
    page = f"{index.url}/{project}/"
    reply = get(client, page, ACCEPT, index.auth)
    wanted = f"{project.replace('-', '_')}-{version}-py3-none-any.whl"
    for link in _links(reply):
        url = urldefrag(urljoin(str(reply.url), link)).url
        if url.rpartition("/")[2] == wanted:
            return url
    raise SourceFailed(f"{host_of(page)} has no {wanted}")


def _links(reply: httpx.Response) -> Sequence[str]:
    if "json" not in reply.headers.get("Content-Type", ""):
        anchors = _Anchors()
        anchors.feed(reply.text)
        return anchors.links
    try:
        return [str(file["url"]) for file in reply.json()["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceFailed(f"{reply.url.host} answered with something that is no index page") from error


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") if tag == "a" else None
        if href:
            self.links.append(href)


def _pip_files(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Where pip reads its configuration, the one that wins first (pip.pypa.io, "Configuration files")."""
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    files = [Path(sys.prefix) / name]
    if sys.platform == "win32":
        files += [Path(environ.get("APPDATA", home)) / "pip" / name, home / "pip" / name]
        files += [Path(environ.get("ProgramData", "C:/ProgramData")) / "pip" / name]
    else:
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        files += [config / "pip" / name, home / ".pip" / name]
        if sys.platform == "darwin":
            files += [
                home / "Library/Application Support/pip" / name,
                Path("/Library/Application Support/pip") / name,
            ]
        files += [Path("/etc/xdg/pip") / name, Path("/etc") / name]
    own = environ.get("PIP_CONFIG_FILE")
    return [Path(own), *files] if own else files


def _index_in(file: Path) -> str:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return ""  # pip itself will complain about a broken file; PyPI is still worth asking
    return parser.get("global", "index-url", fallback="").strip()
