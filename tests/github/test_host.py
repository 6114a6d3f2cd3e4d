"""GitHub as `fimbot review` sees it: facts as values, faults told apart, and nobody asked too often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fimbot.apps.review.github.host import Address, Host, object_id
from fimbot.apps.review.github.pace import Pace
from fimbot.apps.review.github.queries import minimise
from fimbot.apps.review.github.values import Write
from fimbot.errors import (
    GitHubError,
    GitHubForbidden,
    GitHubGone,
    GitHubInvalid,
    GitHubThrottled,
    GitHubUnavailable,
    UsageError,
)
from fimbot.settings.keys import Key
from tests.doubles.github import READ_ONLY, GitHubServer, faults
from tests.doubles.github.answers import Answer
from tests.doubles.github.payloads import node_id
from tests.doubles.github.state import PullRequest

BOT = "github-actions[bot]"


@dataclass
class Time:
    """Goes on only where somebody waits."""

    at: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@dataclass
class Site:
    server: GitHubServer
    pull: PullRequest
    time: Time
    told: list[str]
    hosts: list[Host] = field(default_factory=list)

    def host(self, token: str | None = None, *, patience: float = 900.0) -> Host:
        address = Address.of(self.server.api_url, "acme/shop")
        pace = Pace(self.time.sleep, lambda: self.time.at, patience, self.told.append)
        self.hosts.append(Host(address, Key(token or self.server.add_token(BOT), "a test"), pace))
        return self.hosts[-1]

    def review(self, body: str = "text") -> Write:
        given = {"commit_id": self.pull.head_sha, "event": "COMMENT", "body": body, "comments": []}
        return Write("POST", f"/repos/acme/shop/pulls/{self.pull.number}/reviews", given)


@pytest.fixture(params=[False, True], ids=["github.com", "enterprise"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    time = Time()
    with GitHubServer(tmp_path / "github", enterprise=request.param, clock=lambda: time.at) as server:
        shop = server.create_repository("acme/shop")
        shop.branch("work", at="main")
        shop.commit("work", {"a.py": b"x = 1\n", "latin.py": b"# \xe4\n", "ü b.py": b"\xef\xbb\xbfy\r\n"})
        site = Site(server, server.open_pull("acme/shop", head="work", labels=["fimbot"]), time, [])
        yield site
        for host in site.hosts:
            host.close()


@pytest.mark.parametrize("name", ["", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a b/c", "a/b?x=1", "a/ü", "a/b\n"])
def test_a_repository_is_owner_and_name(name: str) -> None:
    with pytest.raises(UsageError, match="--repo OWNER/NAME"):
        Address.of("https://api.github.com", name)


@pytest.mark.parametrize("url", ["api.github.com", "file:///etc/passwd", "https://a b"])
def test_the_api_is_a_url(url: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL"):
        Address.of(url, "a/b")


def test_the_facts_of_a_pull_request(site: Site) -> None:
    pull = site.host().pull(site.pull.number)
    assert (pull.head_sha, pull.base_sha) == (site.pull.head_sha, site.pull.base_sha)
    assert (pull.is_open, pull.draft, pull.locked, pull.by_bot, pull.body) == (True, False, False, False, "")
    assert pull.labels == {"fimbot"}


def test_its_files_have_the_names_of_their_blobs(site: Site) -> None:
    files = {file.path: file for file in site.host().files(site.pull.number)}
    assert sorted(files) == ["a.py", "latin.py", "ü b.py"]
    assert files["a.py"].blob == object_id(b"x = 1\n")
    assert files["a.py"].patch == "@@ -0,0 +1 @@\n+x = 1"


def test_content_is_exact_whatever_its_bytes_are(site: Site) -> None:
    found = site.host().contents(site.pull.head_sha, ["a.py", "latin.py", "ü b.py", "gone.py", "a.py"])
    assert found == {"a.py": b"x = 1\n", "latin.py": b"# \xe4\n", "ü b.py": b"\xef\xbb\xbfy\r\n", "gone.py": None}


def test_many_files_are_few_requests(site: Site) -> None:
    host = site.host()
    before = len(site.server.requests)
    host.contents(site.pull.head_sha, [f"m{n}.py" for n in range(120)])
    assert len(site.server.requests) - before == 3


def test_the_merge_base(site: Site) -> None:
    host = site.host()
    assert host.merge_base(site.pull.base_sha, site.pull.head_sha) == site.pull.base_sha


def test_the_pull_requests_of_a_branch(site: Site) -> None:
    host = site.host()
    assert [pull.number for pull in host.pulls_from("acme", "work")] == [site.pull.number]
    assert host.pulls_from("acme", "other") == ()
    assert host.pulls_from("mallory", "work") == ()


def test_the_conversation_is_that_of_the_tokens_own_user(site: Site) -> None:
    pull, host = site.pull, site.host()
    host.write("x", site.review("ours"))
    site.server.people.comment(pull, "a.py", 1, "theirs")
    found = host.conversation(host.pull(pull.number), ["README.md", "none.toml"])
    assert found.viewer_is_bot
    assert found.threads == ()
    assert [review.body for review in found.reviews] == ["ours"]
    assert found.base_files == {"README.md": b"# acme/shop\n", "none.toml": None}


def test_a_person_is_no_bot(site: Site) -> None:
    host = site.host(site.server.add_token("ann", installation=False))
    assert not host.conversation(host.pull(site.pull.number), ()).viewer_is_bot


def test_writes_are_a_second_apart(site: Site) -> None:
    """The first at once; and where a second has gone by anyway, there is nothing to wait for."""
    host = site.host()
    host.write("x", site.review())
    host.write("x", site.review())
    site.time.at += 5
    host.write("x", site.review())
    assert site.time.slept == [1.0]


def test_mistake_7_a_throttle_is_waited_for_as_long_as_it_says(site: Site) -> None:
    site.server.plan(faults.secondary_limit(72), faults.secondary_limit(30, 429), method="POST", path="/reviews$")
    site.host().write("posting", site.review())
    assert site.time.slept == [72.0, 30.0]
    assert site.told[0].startswith("GitHub: posting: 403 You have exceeded a secondary rate limit")
    assert len(site.pull.reviews) == 1


def test_mistake_7_without_a_word_on_when_it_is_a_minute_and_twice_as_long_each_time(site: Site) -> None:
    site.server.plan(*[faults.secondary_limit(None)] * 3, method="POST", path="/reviews$")
    site.host().write("posting", site.review())
    assert site.time.slept == [60.0, 120.0, 240.0]


def test_mistake_7_with_nothing_remaining_it_is_until_the_reset(site: Site) -> None:
    host = site.host()
    site.server.limits.exhaust(BOT, reset_in=40)
    host.pull(site.pull.number)
    assert site.time.slept == [pytest.approx(41, abs=1)]


def test_mistake_7_graphql_says_so_with_status_200(site: Site) -> None:
    host = site.host()
    pull = host.pull(site.pull.number)
    site.server.limits.exhaust(BOT, reset_in=40, resource="graphql")
    host.conversation(pull, ())
    assert site.time.slept == [pytest.approx(41, abs=1)]


def test_mistake_7_graphql_says_secondary_limit_without_a_type(site: Site) -> None:
    host = site.host()
    pull = host.pull(site.pull.number)
    said = {"errors": [{"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}]}
    site.server.plan(
        lambda exchange: exchange.send(Answer(200, said, headers={"retry-after": "60"})), method="POST", path="graphql"
    )
    host.conversation(pull, ())
    assert site.time.slept == [60.0]


def test_mistake_7_too_much_content_in_a_short_time_is_no_bad_line(site: Site) -> None:
    site.server.plan(
        faults.status(422, "Validation Failed: was submitted too quickly"), method="POST", path="/reviews$"
    )
    site.host().write("posting", site.review())
    assert site.time.slept == [60.0]


def test_mistake_7_patience_ends(site: Site) -> None:
    site.server.plan(faults.secondary_limit(200), faults.secondary_limit(200), method="POST", path="/reviews$")
    with pytest.raises(GitHubThrottled, match=r"403 You have exceeded a secondary rate limit.*run it again later"):
        site.host(patience=300).write("posting", site.review())
    assert site.time.slept == [200.0]


def test_mistake_7_a_permission_is_no_throttle(site: Site) -> None:
    host = site.host(site.server.add_token("reader[bot]", permissions=READ_ONLY))
    with pytest.raises(GitHubForbidden, match="403 Resource not accessible by integration"):
        host.write("posting", site.review())
    assert site.time.slept == []


def test_mistake_7_a_lock_is_no_throttle(site: Site) -> None:
    site.server.people.lock(site.pull)
    with pytest.raises(GitHubForbidden, match=r"403 .*locked"):
        site.host().write("posting", site.review())


def test_mistake_7_a_bad_line_is_told_with_its_words(site: Site) -> None:
    write = site.review()
    assert write.body is not None
    write.body["comments"] = [{"path": "a.py", "line": 9, "side": "RIGHT", "body": "x"}]
    with pytest.raises(GitHubInvalid, match=r"422 .*line must be part of the diff"):
        site.host().write("posting", write)


def test_graphql_tells_permission_and_absence_apart(site: Site) -> None:
    host = site.host(site.server.add_token("reader[bot]", permissions=READ_ONLY))
    comment = site.server.people.comment(site.pull, "a.py", 1, "x")
    with pytest.raises(GitHubForbidden, match="Resource not accessible"):
        host.write("minimising", minimise(node_id("PRRC", comment.id), "x"))
    with pytest.raises(GitHubGone):
        host.write("minimising", minimise("PRRC_none", "x"))


def test_what_is_not_there_is_gone(site: Site) -> None:
    with pytest.raises(GitHubGone, match="reading pull request #99: 404"):
        site.host().pull(99)


def test_a_wrong_token_is_told_and_not_shown(site: Site) -> None:
    token = "ghs_" + "x" * 36
    with pytest.raises(GitHubError, match=r"401 .*set GITHUB_TOKEN") as told:
        site.host(token).pull(site.pull.number)
    assert token not in str(told.value)


@pytest.mark.parametrize(
    "fault",
    [faults.html(502), faults.status(503), faults.cut_before, faults.cut_within],
    ids=["html", "503", "cut", "half"],
)
def test_a_read_is_tried_three_times(site: Site, fault: faults.Fault) -> None:
    host = site.host()
    site.server.plan(fault, fault)
    assert host.pull(site.pull.number).number == site.pull.number
    site.server.plan(fault, fault, fault)
    with pytest.raises(GitHubUnavailable, match="reading pull request #1"):
        host.pull(site.pull.number)


@pytest.mark.parametrize("fault", [faults.status_after(502), faults.cut_after], ids=["502", "cut"])
def test_a_write_whose_answer_is_lost_is_not_repeated(site: Site, fault: faults.Fault) -> None:
    site.server.plan(fault, method="POST", path="/reviews$")
    with pytest.raises(GitHubUnavailable):
        site.host().write("posting", site.review())
    assert len(site.pull.reviews) == 1


def test_nobody_at_the_address(tmp_path: Path) -> None:
    time = Time()
    host = Host(Address.of("http://127.0.0.1:9", "a/b"), Key("ghs_secret", "a test"), Pace(time.sleep, lambda: time.at))
    with pytest.raises(GitHubUnavailable, match=r"no answer .*GITHUB_API_URL") as told:
        host.pull(1)
    host.close()
    assert "ghs_secret" not in str(told.value)
