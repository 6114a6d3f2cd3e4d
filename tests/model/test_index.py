"""Which package index is asked, and who gets its password."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

from fimbot.apps.model.download import SourceFailed
from fimbot.apps.model.index import configured_index, find_wheel, index_at
from fimbot.model.known import ModelFile
from tests.model.model_site import Site


def test_pypi_where_nothing_is_configured(tmp_path: Path) -> None:
    assert configured_index({"PIP_CONFIG_FILE": str(tmp_path / "none")}, tmp_path).url.startswith("https://")


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_the_environment_names_the_index(tmp_path: Path, variable: str) -> None:
    assert configured_index({variable: "https://mirror.test/simple/"}, tmp_path).url == "https://mirror.test/simple"


def test_pips_own_file_names_the_index(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://mirror.test/%%40/simple\n")
    assert "mirror.test" in configured_index({"PIP_CONFIG_FILE": str(config)}, tmp_path).url


@pytest.mark.skipif(sys.platform == "win32", reason="another place on Windows")
def test_the_users_pip_configuration_is_found(tmp_path: Path) -> None:
    config = tmp_path / ".config/pip/pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text("[global]\nindex-url = https://mirror.test/simple\n")
    assert configured_index({}, tmp_path).url == "https://mirror.test/simple"


def test_a_broken_pip_file_is_passed_over(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_bytes(b"\xff\xfe[[nonsense")
    assert configured_index({"PIP_CONFIG_FILE": str(config)}, tmp_path).url.startswith("https://")


def test_credentials_are_kept_out_of_the_url() -> None:
    index = index_at("https://anna:s3cret@mirror.test/simple/")
    assert index.url == "https://mirror.test/simple"
    assert "s3cret" not in repr(index)


def test_credentials_go_to_the_index_and_nowhere_else() -> None:
    index = index_at("https://anna:s3cret@mirror.test/simple/")
    assert index.auth_for("https://mirror.test/files/a.whl") is index.auth
    assert index.auth_for("https://files.test/a.whl") is None
    assert index.auth_for("http://mirror.test/files/a.whl") is None


def test_credentials_are_sent_to_an_index_that_asks(client: httpx.Client, site: Site, model: ModelFile) -> None:
    site.passwords["/simple/fake-part1/"] = "Basic YW5uYTpzM2NyZXQ="
    index = index_at(f"{site.url}/simple".replace("//", "//anna:s3cret@"))
    assert find_wheel(client, index, "fake-part1", "1.0") == f"{site.url}/files/fake_part1-1.0-py3-none-any.whl"


def test_a_refusal_names_host_and_path_but_no_password(client: httpx.Client, site: Site, model: ModelFile) -> None:
    site.status["/simple/fake-part1/"] = 403
    index = index_at(f"{site.url}/simple".replace("//", "//anna:s3cret@"))
    with pytest.raises(SourceFailed) as caught:
        find_wheel(client, index, "fake-part1", "1.0")
    assert str(caught.value) == "127.0.0.1 answered 403 for /simple/fake-part1/"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nonsense", b'{"files": [{}]}', b'{"files": 3}'])
def test_an_index_page_that_is_none_is_refused(client: httpx.Client, site: Site, model: ModelFile, body: bytes) -> None:
    site.pages["/simple/fake-part1/"] = body
    with pytest.raises(SourceFailed, match="no index page"):
        find_wheel(client, index_at(f"{site.url}/simple"), "fake-part1", "1.0")


@pytest.mark.parametrize("url", ["", "nonsense", "file:///srv/simple", "http://[bad"])
def test_an_index_that_is_no_web_address_fails_as_a_source(client: httpx.Client, url: str) -> None:
    with pytest.raises(SourceFailed):
        find_wheel(client, index_at(url), "fake-part1", "1.0")
