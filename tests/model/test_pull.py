"""Fetching the model: resumed, verified, from whichever source answers."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fimbot.apps.model.download import open_client
from fimbot.apps.model.index import Index
from fimbot.apps.model.pull import pull_model
from fimbot.errors import ModelError, SettingsError
from fimbot.model.known import EMBEDDED, ModelFile
from fimbot.model.store import find_model, mark, model_path, partial_path
from tests.model.model_site import CONTENT, HUB_PATH, PART_BYTES, Site

Pull = Callable[..., Path]
WHEELS = [f"/files/fake_part{number}-1.0-py3-none-any.whl" for number in (1, 2, 3)]


class Progress:
    def __init__(self) -> None:
        self.told: list[tuple[int, int, str]] = []

    def __call__(self, done: int, total: int, message: str) -> None:
        self.told.append((done, total, message))


@pytest.fixture
def progress() -> Progress:
    return Progress()


@pytest.fixture
def pull(client: httpx.Client, index: Index, progress: Progress, tmp_path: Path) -> Pull:
    def call(model: ModelFile, index: Index = index) -> Path:
        return pull_model(client, index, progress, tmp_path, model)

    return call


def leftovers(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != "pull.lock")


def test_a_model_that_is_there_and_marked_is_not_fetched(
    pull: Pull, model: ModelFile, site: Site, tmp_path: Path
) -> None:
    path = model_path(tmp_path, model)
    path.write_bytes(CONTENT)
    mark(path, model)
    assert pull(model) == path
    assert site.requests == []


def test_a_model_that_was_copied_here_is_hashed_and_not_fetched(
    pull: Pull, model: ModelFile, site: Site, tmp_path: Path
) -> None:
    model_path(tmp_path, model).write_bytes(CONTENT)
    assert find_model(directory=tmp_path, model=model) is None
    assert pull(model) == find_model(directory=tmp_path, model=model)
    assert site.requests == []


def test_the_publisher_is_asked_first_and_alone(pull: Pull, model: ModelFile, site: Site, tmp_path: Path) -> None:
    path = pull(model)
    assert path.read_bytes() == CONTENT
    assert [seen for seen, _ in site.requests] == [HUB_PATH]
    assert leftovers(tmp_path) == ["model.gguf", "model.gguf.verified"]


def test_progress_grows_to_the_whole_and_names_the_host(pull: Pull, model: ModelFile, progress: Progress) -> None:
    pull(model)
    done = [done for done, _, _ in progress.told]
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)
    assert {total for _, total, _ in progress.told} == {len(CONTENT)}
    assert progress.told[0][2] == "fetching the model from 127.0.0.1"
    assert progress.told[-1][2] == "checking the model's sha256"


def test_a_broken_connection_is_taken_up_where_it_broke(pull: Pull, model: ModelFile, site: Site) -> None:
    site.breaks[HUB_PATH] = [150_000, 100_000]
    assert pull(model).read_bytes() == CONTENT
    assert site.ranges_of(HUB_PATH) == [None, "bytes=150000-", "bytes=250000-"]


def test_an_earlier_run_is_taken_up(pull: Pull, model: ModelFile, site: Site, tmp_path: Path) -> None:
    partial_path(model_path(tmp_path, model)).write_bytes(CONTENT[:300_000])
    assert pull(model).read_bytes() == CONTENT
    assert site.ranges_of(HUB_PATH) == ["bytes=300000-"]


def test_a_server_without_ranges_sends_all_again(pull: Pull, model: ModelFile, site: Site, tmp_path: Path) -> None:
    site.knows_ranges = False
    partial_path(model_path(tmp_path, model)).write_bytes(CONTENT[:300_000])
    assert pull(model).read_bytes() == CONTENT


def test_wheels_where_the_publisher_cannot_be_reached(
    pull: Pull, unreachable: ModelFile, site: Site, tmp_path: Path
) -> None:
    assert pull(unreachable).read_bytes() == CONTENT
    assert [seen for seen, _ in site.requests if seen.startswith("/files/")] == WHEELS
    assert leftovers(tmp_path) == ["model.gguf", "model.gguf.verified"]


def test_wheels_go_on_after_the_last_whole_part_of_an_earlier_run(
    pull: Pull, unreachable: ModelFile, site: Site, tmp_path: Path
) -> None:
    partial_path(model_path(tmp_path, unreachable)).write_bytes(CONTENT[: PART_BYTES + 99])
    assert pull(unreachable).read_bytes() == CONTENT
    assert [seen for seen, _ in site.requests if seen.startswith("/files/")] == WHEELS[1:]


def test_wheels_finish_what_the_publisher_began(pull: Pull, model: ModelFile, site: Site, progress: Progress) -> None:
    site.breaks[HUB_PATH] = [2 * PART_BYTES + 5, 0]
    assert pull(model).read_bytes() == CONTENT
    assert [seen for seen, _ in site.requests if seen.startswith("/files/")] == WHEELS[2:]


def test_a_wheel_whose_connection_breaks_is_taken_up(pull: Pull, unreachable: ModelFile, site: Site) -> None:
    site.breaks[WHEELS[1]] = [70_000]
    assert pull(unreachable).read_bytes() == CONTENT
    assert site.ranges_of(WHEELS[1]) == [None, "bytes=70000-"]


def test_an_index_that_answers_in_html(pull: Pull, unreachable: ModelFile, site: Site) -> None:
    for number, path in enumerate(WHEELS, 1):
        page = f"/simple/fake-part{number}/"
        site.types[page] = "text/html"
        site.pages[page] = f'<a>none</a><a href="{site.url}{path}#sha256=ab">wheel</a>'.encode()
    assert pull(unreachable).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda site: site.status.update({HUB_PATH: 503}), id="503"),
        pytest.param(lambda site: site.pages.update({HUB_PATH: b"<html>log in</html>"}), id="a login page"),
        pytest.param(lambda site: site.pages.update({HUB_PATH: CONTENT + b"!"}), id="a longer file"),
        pytest.param(lambda site: site.pages.update({HUB_PATH: CONTENT[:-1] + b"!"}), id="another file, as long"),
        pytest.param(lambda site: site.breaks.update({HUB_PATH: [0, 0, 0]}), id="breaks at once"),
    ],
)
def test_a_publisher_that_fails_is_made_up_for_by_wheels(
    pull: Pull, model: ModelFile, site: Site, spoil: Callable[[Site], None]
) -> None:
    spoil(site)
    assert pull(model).read_bytes() == CONTENT


def test_wrong_bytes_of_an_earlier_run_are_thrown_away(
    pull: Pull, unreachable: ModelFile, site: Site, tmp_path: Path
) -> None:
    partial_path(model_path(tmp_path, unreachable)).write_bytes(b"\0" * PART_BYTES)
    assert pull(unreachable).read_bytes() == CONTENT


def test_a_part_that_was_tampered_with_is_refused_and_the_rest_kept(
    pull: Pull, unreachable: ModelFile, site: Site, tmp_path: Path
) -> None:
    good = site.pages[WHEELS[1]]
    site.pages[WHEELS[1]] = good.replace(b"fake_part2", b"evil_part2")
    with pytest.raises(ModelError, match=r"fake-part2 1.0 has another sha256 than was published"):
        pull(unreachable)
    assert leftovers(tmp_path) == ["model.gguf.partial"]
    site.pages[WHEELS[1]] = good
    site.requests.clear()
    assert pull(unreachable).read_bytes() == CONTENT
    assert WHEELS[0] not in [seen for seen, _ in site.requests]


def test_a_file_with_another_hash_is_never_kept(pull: Pull, model: ModelFile, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gave a file with another sha256") as caught:
        pull(replace(model, sha256="0" * 64))
    assert "\n" not in str(caught.value)
    assert leftovers(tmp_path) == []


def test_no_source_answers_one_line_names_each(pull: Pull, unreachable: ModelFile, tmp_path: Path) -> None:
    nowhere = Index("http://127.0.0.2:1/simple")
    with pytest.raises(ModelError) as caught:
        pull(unreachable, nowhere)
    assert str(caught.value) == (
        "cannot fetch the model: cannot reach 127.0.0.1; cannot reach 127.0.0.2. `fimbot model pull` tries again"
    )


def test_an_index_without_the_wheels_is_named(pull: Pull, unreachable: ModelFile, site: Site) -> None:
    site.pages["/simple/fake-part1/"] = b'{"files": []}'
    with pytest.raises(ModelError, match=r"127.0.0.1 has no fake_part1-1.0-py3-none-any.whl"):
        pull(unreachable)


def test_too_little_space_is_said_before_anything_is_fetched(
    pull: Pull, model: ModelFile, site: Site, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"the model needs 9007199.\d\d GB in .*, where .* GB are free"):
        pull(replace(model, size=2**53))
    assert site.requests == []


PULL_IN_A_PROCESS = """
import resource, sys
import httpx
from fimbot.errors import ModelError
from fimbot.apps.model.index import Index
from fimbot.model.known import ModelFile
from fimbot.apps.model.pull import pull_model
from pathlib import Path

def tell(done, _, message):
    print(done, message, flush=True)

directory, model, index, limit = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    with httpx.Client(trust_env=False) as client:
        print(pull_model(client, Index(index), tell, Path(directory), eval(model)))
except ModelError as error:
    print(f"ModelError: {error}")
"""


def start_pull(directory: Path, model: ModelFile, index: Index, limit: int = 0) -> subprocess.Popen[str]:
    script = PULL_IN_A_PROCESS if limit else PULL_IN_A_PROCESS.replace("import resource, sys", "import sys")
    return subprocess.Popen(
        [sys.executable, "-c", script, str(directory), repr(model), index.url, str(limit)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
@pytest.mark.parametrize("reachable", [True, False], ids=["from the publisher", "from wheels"])
def test_a_full_disk_is_one_line_and_what_is_done_stays(
    pull: Pull, model: ModelFile, unreachable: ModelFile, index: Index, tmp_path: Path, reachable: bool
) -> None:
    wanted = model if reachable else unreachable
    process = start_pull(tmp_path, wanted, index, limit=PART_BYTES + 70_000)
    output, _ = process.communicate(timeout=30)
    said = output.splitlines()[-1]
    assert said.startswith(f"ModelError: the disk of {tmp_path} is full: free 0.00 GB and run `fimbot model pull`")
    kept = partial_path(model_path(tmp_path, wanted)).stat().st_size
    assert kept >= PART_BYTES
    assert said.endswith(f"{kept:,} bytes are kept")
    assert pull(wanted).read_bytes() == CONTENT


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP is POSIX")
def test_killed_in_the_middle_the_next_run_goes_on(
    pull: Pull, model: ModelFile, index: Index, site: Site, tmp_path: Path
) -> None:
    site.breaks[HUB_PATH] = [250_000]
    process = start_pull(tmp_path, model, index)
    assert process.stdout is not None
    while int(process.stdout.readline().split()[0]) < 200_000:
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert pull(model).read_bytes() == CONTENT


def test_two_at_once_fetch_it_once(model: ModelFile, index: Index, site: Site, tmp_path: Path) -> None:
    site.gate.clear()
    both = []
    for said in ("fetching the model from 127.0.0.1", "waiting: another fimbot is fetching the model"):
        process = start_pull(tmp_path, model, index)
        assert process.stdout is not None
        assert process.stdout.readline() == f"0 {said}\n"
        both.append(process)
    site.gate.set()
    outputs = [process.communicate(timeout=60)[0] for process in both]
    assert [output.splitlines()[-1] for output in outputs] == [str(model_path(tmp_path, model))] * 2
    assert site.ranges_of(HUB_PATH) == [None]


def test_the_embedded_models_table_adds_up() -> None:
    parts = len(EMBEDDED.wheel_sha256)
    assert (parts - 1) * EMBEDDED.part_bytes < EMBEDDED.size <= parts * EMBEDDED.part_bytes
    assert len(set(EMBEDDED.wheel_sha256)) == parts
    assert {len(digest) for digest in (*EMBEDDED.wheel_sha256, EMBEDDED.sha256)} == {64}


@pytest.mark.parametrize(
    ("name", "value"), [("ALL_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/there/is/none")]
)
def test_a_proxy_or_a_ca_of_the_environment_that_cannot_be_used_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        open_client()
