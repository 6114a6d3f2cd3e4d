"""`fimbot review` on the strict stand-in: one review, each suggestion of which can be committed as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.deep import deep_files
from tests.doubles.github import READ_ONLY
from tests.review.conftest import ADD, BASE, BOT, FAR, FILLED, STUBBED, Desk, stubs


def test_a_pull_request_without_stubs_gets_nothing(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + "\n\ndef new():\n    return 2\n", "b.txt": "text\n"})
    result = desk.review(pull)
    assert result.status == 0
    assert not desk.posts and not desk.engine.requests
    assert len(desk.github.requests) <= 4
    assert result.outputs == {"stubs": "0", "suggestions": "0", "review-url": "", "patch": ""}


def test_one_review_whose_suggestion_gives_exactly_the_intended_file(desk: Desk) -> None:
    pull = desk.open()
    result = desk.review(pull)
    assert result.status == 0, result.told
    (review,) = pull.reviews
    (comment,) = pull.comments
    assert (review.state, review.commit_id) == ("COMMENTED", pull.head_sha)
    assert comment.body.startswith("A body for `add`, which is a stub (")
    sentence, suggestion, folded, mark = re.split(r"\n\n(?=```suggestion|<details>|<!-- fimbot )", comment.body)
    assert sentence.endswith(").") and suggestion == "```suggestion\n    return a + b\n```"
    assert folded.startswith("<details><summary>How it was checked</summary>") and folded.endswith("</details>")
    for said in (
        "By `langdock`, model `codestral-2501`",
        "parses, and is complete",
        "Tests: not run",
        f"Id `{mark[12:24]}`",
    ):
        assert said in folded
    assert desk.github.people.apply_suggestion(comment.id) == FILLED.encode()
    assert result.outputs["stubs"] == result.outputs["suggestions"] == "1"
    assert result.outputs["review-url"].endswith(f"#pullrequestreview-{review.id}")


def test_on_github_enterprise_server(desk: Desk, tmp_path: Path) -> None:
    from tests.doubles.github import GitHubServer

    with GitHubServer(tmp_path / "ghes", enterprise=True) as github:
        shop = github.create_repository("acme/shop")
        shop.commit("main", {"a.py": BASE})
        shop.branch("work", at="main")
        shop.commit("work", {"a.py": STUBBED})
        pull = github.open_pull("acme/shop", head="work")
        token = github.add_token(BOT)
        result = desk.review(pull, GITHUB_API_URL=github.api_url, GITHUB_SERVER_URL=github.url, GITHUB_TOKEN=token)
        assert result.status == 0, result.told
        assert len(pull.comments) == 1
    assert desk.github.requests == []


def test_the_event_names_the_pull_request(desk: Desk) -> None:
    pull = desk.open()
    event = {"pull_request": {"number": pull.number, "head": {"sha": pull.head_sha}}}
    assert desk.on(event).status == 0
    assert len(pull.comments) == 1


def test_an_event_of_an_older_head_leaves_it_to_the_newer_run(desk: Desk) -> None:
    pull = desk.open()
    event = {"pull_request": {"number": pull.number, "head": {"sha": "a" * 40}}}
    result = desk.on(event)
    assert result.status == 0
    assert "moved on" in result.err
    assert not desk.posts and not desk.engine.requests


def test_dry_run_prints_exactly_what_would_be_posted(desk: Desk) -> None:
    pull = desk.open()
    result = desk.review(pull, "--dry-run")
    assert desk.posts == []
    (shown,) = json.loads(result.out)["requests"]
    assert desk.review(pull).status == 0
    (post,) = desk.posts
    assert shown == {"method": post.method, "url": post.path, "body": post.body}


def test_dry_run_of_what_is_left_alone_prints_no_payload_and_the_reason(desk: Desk) -> None:
    pull = desk.open()
    desk.github.people.convert_to_draft(pull)
    shown = json.loads(desk.review(pull, "--dry-run").out)
    assert shown == {"requests": [], "reason": "it is a draft (skip-drafts)"}
    merge_group = desk.on({"merge_group": {}}, "--dry-run", GITHUB_ACTIONS="")
    assert "merge queue" in json.loads(merge_group.out)["reason"]


def test_mistake_9_it_comments_and_never_demands_changes_even_on_ones_own_pull_request(desk: Desk) -> None:
    token = desk.github.add_token("ann", installation=False)
    pull = desk.open(author="ann")
    assert desk.review(pull, GITHUB_TOKEN=token).status == 0
    assert [review.state for review in pull.reviews] == ["COMMENTED"]


def test_mistake_11_a_fill_that_does_not_parse_is_never_suggested(desk: Desk) -> None:
    desk.engine.text = "    return (a +\n"
    pull = desk.open()
    result = desk.review(pull)
    assert result.status == 0
    assert desk.posts == []
    assert "a.py" in result.summary and "`add`" in result.summary


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("ended", [True, False])
def test_mistake_14_line_ends_and_the_end_of_the_file_are_kept(desk: Desk, ending: str, ended: bool) -> None:
    before = STUBBED.replace("\n", ending)
    before = before if ended else before.removesuffix(ending)
    desk.shop.commit("main", {"a.py": BASE.replace("\n", ending)})
    pull = desk.open({"a.py": before.encode()})
    assert desk.review(pull).status == 0
    (comment,) = pull.comments
    after = desk.github.people.apply_suggestion(comment.id)
    assert after == before.replace("    raise NotImplementedError", "    return a + b").encode()


def test_mistake_19_the_summary_alone_where_threads_would_block(desk: Desk) -> None:
    pull = desk.open()
    result = desk.review(pull, "--mode", "summary")
    assert result.status == 0
    assert desk.posts == []
    assert "+    return a + b" in result.summary
    assert "::warning" not in result.out


def test_mistake_20_an_import_that_is_in_the_diff_comes_with_it(desk: Desk) -> None:
    desk.engine.text = "    return json.dumps(a + b)\n"
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 2
    files = desk.github.people.apply_suggestions([comment.id for comment in pull.comments])
    assert files["new.py"].startswith(b"import json\n")
    assert b"    return json.dumps(a + b)\n" in files["new.py"]


def test_at_most_ten_suggestions_and_the_rest_is_told(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(13)})
    result = desk.review(pull)
    assert len(pull.comments) == len(desk.engine.requests) == 10
    assert result.outputs["stubs"] == "13"
    assert result.summary.count("past the limit of 10 suggestions") == 3


def test_the_limit_is_the_pull_requests_not_the_runs(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(13)})
    desk.review(pull)
    before = len(desk.github.requests)
    desk.review(pull)
    assert len(pull.comments) == 10
    assert not [request for request in desk.since(before) if request.path.endswith("/reviews")]


def test_45_stubs_cost_at_most_12_requests(desk: Desk) -> None:
    """Criterion 3, without a clone, each in a file of its own."""
    pull = desk.open({f"m{n}.py": ADD.lstrip("\n") for n in range(45)})
    assert desk.review(pull, "--max-suggestions", "45").status == 0
    assert len(pull.comments) == 45
    assert [len(post.body["comments"]) for post in desk.posts] == [30, 15]
    assert len(desk.github.requests) <= 12


def test_a_run_with_nothing_new_posts_nothing_and_asks_no_engine(desk: Desk) -> None:
    """Criterion 3; with no cache, as on a fresh runner."""
    pull = desk.open({"a.py": BASE + stubs(4)})
    desk.review(pull, "--no-cache")
    posts, asked = len(desk.posts), len(desk.engine.requests)
    result = desk.review(pull, "--no-cache")
    assert (result.status, len(desk.posts), len(desk.engine.requests)) == (0, posts, asked)
    assert "suggested before" in result.summary


def test_what_no_button_can_commit_is_a_patch_in_the_review(desk: Desk) -> None:
    desk.shop.commit("main", {"b.py": FAR})
    pull = desk.open({"b.py": FAR.replace("def add(a)", "def add(a, b)")})
    result = desk.review(pull)
    (review,) = pull.reviews
    assert pull.comments == []
    assert "its lines are not part of the diff" in review.body and "+    return a + b" in review.body
    assert result.outputs["suggestions"] == "1"
    posts = len(desk.posts)
    desk.review(pull)
    assert len(desk.posts) == posts


def test_the_limit_is_spent_on_what_a_button_can_commit(desk: Desk) -> None:
    desk.shop.commit("main", {"a.py": FAR})
    pull = desk.open({"a.py": FAR.replace("def add(a)", "def add(a, b)"), "z.py": stubs(1)})
    desk.review(pull, "--max-suggestions", "1")
    assert [comment.body.split("`")[1] for comment in pull.comments] == ["f0"]


def test_configuration_is_that_of_the_base_branch(desk: Desk) -> None:
    desk.shop.commit("main", {"fimbot.toml": "max-suggestions = 1\n"})
    pull = desk.open({"a.py": BASE + stubs(3), "fimbot.toml": "max-suggestions = 3\nengine = 'nonsense'\n"})
    assert desk.review(pull, at=desk.clone(at=f"refs/pull/{pull.number}/head")).status == 0
    assert len(pull.comments) == 1


def test_where_the_key_goes_is_never_said_by_a_repository(desk: Desk) -> None:
    desk.shop.commit("main", {"fimbot.toml": "base-url = 'http://127.0.0.1:9'\n"})
    result = desk.review(desk.open())
    assert result.status == 2
    assert "base-url may not be set in a repository" in result.err


def test_excluded_and_generated_files_are_left_alone(desk: Desk) -> None:
    desk.shop.commit(
        "main", {"fimbot.toml": "exclude = ['vendor/**']\n", ".gitattributes": "gen/* linguist-generated\n"}
    )
    pull = desk.open({"vendor/x.py": STUBBED, "gen/y.py": STUBBED, "z.py": STUBBED})
    result = desk.review(pull)
    assert [comment.thread.original.path for comment in pull.comments] == ["z.py"]
    assert "| `gen/y.py:8` | `add` | `in a file that .gitattributes calls generated` |" in result.summary


def test_each_reason_to_leave_a_stub_stands_in_the_summary_and_warns_nobody(desk: Desk) -> None:
    ignored = stubs(1).replace("raise NotImplementedError", "pass  # TODO, fimbot: ignore")
    pull = desk.open({"a.py": STUBBED, "b.py": ignored})
    result = desk.review(pull, LANGDOCK_API_KEY="", GITHUB_ACTIONS="true")
    assert "| `b.py:3` | `f0` | `fimbot: ignore` |" in result.summary
    assert result.out.count("::warning file=") == 1 and "::warning file=a.py" in result.out
    assert result.outputs["stubs"] == "1"


@pytest.mark.parametrize(
    ("prepare", "why", "setting"),
    [
        ("draft", "it is a draft", "FIMBOT_SKIP_DRAFTS"),
        ("bot", "a bot has opened it", "FIMBOT_SKIP_BOTS"),
        ("closed", "it is closed", None),
        ("locked", "it is locked", None),
        ("body", "its description says", None),
    ],
)
def test_mistake_10_nobody_is_annoyed(desk: Desk, prepare: str, why: str, setting: str | None) -> None:
    pull = desk.open(author="renovate[bot]" if prepare == "bot" else "ann")
    if prepare == "draft":
        desk.github.people.convert_to_draft(pull)
    elif prepare == "closed":
        desk.github.people.close(pull)
    elif prepare == "locked":
        desk.github.people.lock(pull)
    elif prepare == "body":
        pull.body = "Some words.\n\nfimbot: ignore\n"
    result = desk.review(pull)
    assert result.status == 0
    assert why in result.err and why in result.summary
    assert not desk.posts and not desk.engine.requests
    assert len(desk.github.requests) == 2
    if setting is not None:
        desk.review(pull, at=None, **{setting: "false"})
        assert len(pull.comments) == 1


def test_a_label_can_be_required(desk: Desk) -> None:
    pull = desk.open()
    assert "label" in desk.review(pull, FIMBOT_REQUIRE_LABEL="fimbot").err
    desk.github.people.label(pull, "fimbot")
    desk.review(pull, FIMBOT_REQUIRE_LABEL="fimbot")
    assert len(pull.comments) == 1


def test_mistake_5_a_read_only_token_gets_annotations_a_summary_and_a_patch(desk: Desk) -> None:
    token = desk.github.add_token("reader[bot]", permissions=READ_ONLY)
    pull = desk.open({"a.py": BASE + stubs(12)})
    result = desk.review(
        pull, "--max-suggestions", "12", GITHUB_TOKEN=token, GITHUB_ACTIONS="true", RUNNER_TEMP=str(desk.home)
    )
    assert result.status == 0, result.told
    assert pull.comments == []
    assert result.out.count("\n::warning file=a.py,line=") == 10
    assert "Resource not accessible by integration" in result.summary
    assert result.summary.count("+    return a + b") == 12
    assert Path(result.outputs["patch"]).read_bytes().count(b"+    return a + b") == 12


def test_mistake_5_a_fork_is_not_taken_for_read_only(desk: Desk) -> None:
    fork = desk.github.fork("acme/shop", "mallory/shop")
    fork.branch("work", at="main")
    fork.commit("work", {"a.py": STUBBED})
    pull = desk.github.open_pull("acme/shop", head="work", head_repository=fork, author="mallory")
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 1


def test_a_fork_that_was_deleted_is_reviewed_all_the_same(desk: Desk) -> None:
    fork = desk.github.fork("acme/shop", "mallory/shop")
    fork.branch("work", at="main")
    fork.commit("work", {"a.py": STUBBED})
    pull = desk.github.open_pull("acme/shop", head="work", head_repository=fork, author="mallory")
    desk.github.people.delete_fork(pull)
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 1


def test_no_key_lists_the_stubs_and_is_no_failure(desk: Desk) -> None:
    result = desk.review(desk.open(), LANGDOCK_API_KEY="", GITHUB_ACTIONS="true")
    assert result.status == 0
    assert desk.posts == []
    assert "no engine is ready" in result.summary
    assert "::warning file=a.py" in result.out


def test_a_key_with_wrong_settings_is_a_failure(desk: Desk) -> None:
    assert desk.review(desk.open(), FIMBOT_ENGINE="langdok").status == 2


def test_no_token_is_wrong_usage(desk: Desk) -> None:
    result = desk.review(desk.open(), GITHUB_TOKEN="")
    assert result.status == 2
    assert "no token for GitHub" in result.err


def test_a_wrong_token_is_told(desk: Desk) -> None:
    result = desk.review(desk.open(), GITHUB_TOKEN="ghs_" + "x" * 36)
    assert result.status == 3
    assert "401" in result.err and "GITHUB_TOKEN" in result.err


def test_after_another_workflow_of_a_fork_its_head_is_reviewed(desk: Desk) -> None:
    fork = desk.github.fork("acme/shop", "mallory/shop")
    fork.branch("work", at="main")
    head = fork.commit("work", {"a.py": STUBBED})
    pull = desk.github.open_pull("acme/shop", head="work", head_repository=fork, author="mallory")
    run = {
        "event": "pull_request",
        "head_sha": head,
        "head_branch": "work",
        "head_repository": {"owner": {"login": "mallory"}},
        "pull_requests": [],
    }
    assert desk.on({"workflow_run": run}).status == 0
    assert len(pull.comments) == 1
    older = desk.on({"workflow_run": run | {"head_sha": "a" * 40}})
    assert older.status == 0
    assert "no open pull request has this head" in older.err


def test_each_pull_request_of_a_branch_is_reviewed(desk: Desk) -> None:
    """Of two from one branch into two bases, after another workflow: what is new in the one is old in the other."""
    desk.shop.branch("stable", at="main")
    desk.shop.commit("main", {"b.py": STUBBED})
    old = desk.open({"a.py": STUBBED})
    new = desk.github.open_pull("acme/shop", head="work", base="stable")
    draft = desk.github.open_pull("acme/shop", head="work", base="main", draft=True)
    run = {"event": "pull_request", "head_sha": new.head_sha, "head_branch": "work"}
    event = {"workflow_run": run | {"head_repository": {"owner": {"login": "acme"}}}}
    patch = desk.home / "out.patch"
    result = desk.on(event, "--output", str(patch))
    assert result.status == 0, result.told
    assert [comment.thread.original.path for comment in old.comments] == ["a.py"]
    assert [comment.thread.original.path for comment in new.comments] == ["a.py", "b.py"]
    assert draft.comments == []
    assert "3 pull requests have this head" in result.err
    assert "#3: it is a draft" in result.err
    assert (result.outputs["stubs"], result.outputs["suggestions"]) == ("3", "3")
    assert patch.read_bytes().count(b"+    return a + b") == 2
    assert "## fimbot: #1: 1 stub" in result.summary and "## fimbot: #2: 2 stubs" in result.summary


def test_other_peoples_text_is_no_command_to_the_runner(desk: Desk) -> None:
    pull = desk.open({"::add-mask::x\n::error::y.py": STUBBED})
    result = desk.review(pull, LANGDOCK_API_KEY="", GITHUB_ACTIONS="true")
    muted, word, *_ = result.out.splitlines()
    assert muted.startswith("::stop-commands::")
    # Nothing is a command until the runner hears the word again, which nobody can guess.
    _, _, after = result.out.partition(f"\n::{muted.removeprefix('::stop-commands::')}::\n")
    assert word.startswith("::add-mask::")
    (command,) = after.splitlines()
    assert command.startswith("::warning file=%3A%3Aadd-mask%3A%3Ax%0A%3A%3Aerror%3A%3Ay.py,line=")


def test_one_file_that_is_nested_too_deep_takes_no_other_down(desk: Desk) -> None:
    deep = {name: text for name, text in deep_files(20_000) if name in ("a_parentheses.py", "a_functions.js")}
    pull = desk.open({"a.py": STUBBED, **deep})
    result = desk.review(pull)
    assert result.status == 0, result.told
    assert "  add: suggested\n" in result.out
    assert {"a_parentheses.py", "a_functions.js"} <= {line.partition(":")[0] for line in result.out.splitlines()}


WHOLE = (
    'def add(a: int, b: int) -> int:\n    """Does nothing clever."""\n    return a + b\n\n\ndef old():\n    return 1\n'
)
LEFT = {
    "nothing but its documentation": WHOLE.replace("    return a + b\n", ""),
    "pass": WHOLE.replace("return a + b", "pass"),
}


@pytest.mark.parametrize("cloned", [False, True], ids=["without a clone", "in a clone"])
@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_a_body_that_the_pull_request_took_away(desk: Desk, left: str, cloned: bool) -> None:
    """Also where it adds no line: the button stands on a line of the diff's context."""
    desk.shop.commit("main", {"a.py": WHOLE})
    pull = desk.open({"a.py": left})
    result = desk.review(pull, at=desk.clone() if cloned else None)
    assert result.status == 0, result.told
    (comment,) = pull.comments
    assert "it returned a value before" in comment.body
    assert desk.github.people.apply_suggestion(comment.id) == WHOLE.encode()


def test_a_body_that_went_with_its_callers_is_left_alone(desk: Desk) -> None:
    desk.shop.commit("main", {"a.py": WHOLE, "b.py": "from a import add\n\nprint(add(1, 2))\n"})
    pull = desk.open({"a.py": LEFT["pass"], "b.py": "print(3)\n"})
    assert desk.review(pull).status == 0
    assert not desk.posts and not desk.engine.requests
