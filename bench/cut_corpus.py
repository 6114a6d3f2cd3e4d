"""Fetches the public code that bench/cut.py measures on: npm, Debian, and this Python's own standard library.

    python -m bench.cut_corpus DIRECTORY

Needs `npm`, and `apt-get` with `dpkg-deb` (Debian 12). What cannot be fetched is named and left out; each registry
alone gives six languages or more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

NPM = (
    "lodash@4.18.1",
    "underscore@1.13.8",
    "express@5.3.0",
    "eslint@10.15.0",
    "commander@14.0.3",
    "rxjs@7.8.2",
    "zod@4.6.7",
    "immer@11.2.10",
    "redux@5.0.1",
    "react-native@0.79.2",
    "react-native-windows@0.78.0",
    "@capacitor/ios@8.5.2",
    "hiredis@0.5.0",
    "node-expat@2.4.1",
    "tree-sitter@0.22.4",
    "re2@1.24.0",
)
DEBIAN = (
    "golang-golang-x-net-dev",
    "golang-golang-x-text-dev",
    "golang-github-spf13-cobra-dev",
    "golang-github-gin-gonic-gin-dev",
    "librust-regex-dev",
    "librust-serde-json-dev",
    "librust-syn-dev",
    "librust-tokio-dev",
    "openjdk-17-source",
    "libruby3.1",
    "ruby-rack",
    "phpunit",
    "composer",
    "lua-penlight",
    "luarocks",
    "bash-completion",
    "devscripts",
)
_JAVA = ("java.base/java/util/", "java.base/java/io/", "java.net.http/")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    missing = [name for name in NPM if not _npm(target, name)]
    missing += [name for name in DEBIAN if not _debian(target, name)]
    _standard_library(target)
    for name in missing:
        print(f"not fetched: {name}", file=sys.stderr)
    return 0


def _run(command: list[str], directory: Path) -> bool:
    try:
        return subprocess.run(command, cwd=directory, capture_output=True, timeout=300, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _npm(target: Path, name: str) -> bool:
    into = target / name.strip("@").replace("/", "-").replace("@", "-")
    if into.exists():
        return True
    into.mkdir()
    _run(["npm", "pack", "--silent", name], into)
    for archive in into.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            tar.extractall(into, filter="data")
        archive.unlink()
    return _kept(into)


def _debian(target: Path, name: str) -> bool:
    into = target / name
    if into.exists():
        return True
    into.mkdir()
    _run(["apt-get", "download", name], into)
    for package in into.glob("*.deb"):
        _run(["dpkg-deb", "-x", package.name, "."], into)
        package.unlink()
    for archive in into.rglob("src.zip"):
        if not archive.is_symlink():
            _unzip(archive, into / "java")
    return _kept(into)


def _unzip(archive: Path, into: Path) -> None:
    with zipfile.ZipFile(archive) as source:
        for name in source.namelist():
            if name.startswith(_JAVA):
                source.extract(name, into)


def _kept(into: Path) -> bool:
    if any(into.iterdir()):
        return True
    into.rmdir()
    return False


def _standard_library(target: Path) -> None:
    """Without its tests and installed packages."""
    into = target / "python-stdlib"
    if not into.exists():
        ignore = shutil.ignore_patterns(
            "site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3", "*.pyc"
        )
        shutil.copytree(Path(os.__file__).parent, into, ignore=ignore, ignore_dangling_symlinks=True)


if __name__ == "__main__":
    sys.exit(main())
