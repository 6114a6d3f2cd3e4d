"""`fimbot review`: the stubs of a pull request, as one review with suggestions that can be committed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fimbot.changes import Blobs, open_blobs, open_repository
from fimbot.cli import options
from fimbot.cli.main import INTERRUPTED
from fimbot.cli.output import write_bytes
from fimbot.cli.session import say
from fimbot.cli.tokens import github_token, secret_names
from fimbot.cli.workflow import Workflow
from fimbot.errors import FimbotError, GitError, SettingsError
from fimbot.reporters.style import one_line
from fimbot.reporters.text import place
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES, Key, named_key
from fimbot.settings.load import load_settings, user_file
from fimbot.settings.values import ReviewMode, Settings
from fimbot.values import Outcome, Report, Skip, Suggestion

if TYPE_CHECKING:
    from fimbot.apps.review.comments import Draft, Unplaced
    from fimbot.apps.review.content import Clone, Content
    from fimbot.apps.review.github.host import Host
    from fimbot.apps.review.github.values import Conversation, PullFile, PullRequest, Write
    from fimbot.apps.review.post import Posted
    from fimbot.apps.review.result import Result
    from fimbot.apps.review.target import Target
    from fimbot.apps.review.work import Work
    from fimbot.engines.open import Opened

CONFIGURATION = ("fimbot.toml", "pyproject.toml")
ATTRIBUTES = ".gitattributes"


@click.command(short_help="Suggest on a pull request, as one review.")
@click.option("--repo", metavar="OWNER/NAME", help="The repository; in a workflow, its own.")
@click.option("--pr", type=click.IntRange(1), metavar="N", help="The pull request; in a workflow, that of its event.")
@click.option("--mode", "review_mode", metavar="MODE", help="review, or summary: post nothing.")
@options.asking
@click.option("--kinds", metavar="KIND,...", help="Which stubs; as in `fimbot suggest`.")
@click.option("--output", metavar="FILE", help="All patches in one file.")
@click.option("--dry-run", is_flag=True, help="Print exactly what would be posted; post nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def review(
    repo: str | None,
    pr: int | None,
    review_mode: ReviewMode | None,
    engine: str | None,
    model: str | None,
    base_url: str | None,
    max_suggestions: str | None,
    deadline: str | None,
    no_cache: bool,
    kinds: str | None,
    output: str | None,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Finds the stubs that a pull request brings, asks a fill-in-the-middle model for the bodies, and posts one review
    whose suggestions can be committed with a button. Nothing is posted twice.

    Reads GITHUB_TOKEN, and in a workflow the event that started it. Configuration is that of the base branch.
    """
    given = options.given(
        engine=engine,
        model=model,
        base_url=base_url,
        max_suggestions=max_suggestions,
        deadline=deadline,
        kinds=kinds,
        review_mode=review_mode,
    )
    from fimbot.apps.review.target import find_target

    workflow = Workflow.of(os.environ)
    with workflow.muted() as commands:
        target = find_target(repo, pr, workflow.event(), os.environ.get("GITHUB_REPOSITORY"))
        told = _Told()
        if isinstance(target, str):
            _leave_alone(workflow, told, target)
            status = 0
        else:
            given |= {"cache": False} if no_cache else {}
            status = _Run(target, given, workflow, commands, told, dry_run, quiet).go()
        if status != INTERRUPTED or told.pulls:
            _finish(workflow, told, output, dry_run=dry_run)
        return status


@dataclass
class _Told:
    """Of all pull requests of this run: a branch may have several."""

    pulls: int = 0
    """How many are done with."""
    stubs: int = 0
    suggestions: int = 0
    review_url: str = ""
    filled: dict[str, Suggestion] = field(default_factory=dict)
    """By the stub's id: two pull requests with one head may hold the same one."""
    contents: dict[str, bytes] = field(default_factory=dict)
    requests: list[Write] = field(default_factory=list)
    """With --dry-run."""
    left_alone: list[str] = field(default_factory=list)
    """Why."""


def _leave_alone(workflow: Workflow, told: _Told, why: str) -> None:
    say(f"nothing to review: {why}")
    told.left_alone.append(why)
    workflow.summary(f"## fimbot\n\nNothing to review: {one_line(why)}\n")


def _finish(workflow: Workflow, told: _Told, output: str | None, *, dry_run: bool) -> None:
    if dry_run:
        shown = {
            "requests": [asdict(request) for request in told.requests],
            "reason": "; ".join(told.left_alone) or None,
        }
        write_bytes((json.dumps(shown, indent=2) + "\n").encode("ascii"), "-")
        say("nothing was posted")
        return
    patch = _patch(workflow, told, output)
    workflow.outputs(stubs=told.stubs, suggestions=told.suggestions, review_url=told.review_url, patch=patch)


def _patch(workflow: Workflow, told: _Told, output: str | None) -> str:
    """Where it was written; "" where there is nothing to write, or nobody said where to."""
    from fimbot.patches.store import combined_patch

    output = output or (workflow.directory and str(Path(workflow.directory, "fimbot.patch")))
    if not told.filled or not output:
        return ""
    write_bytes(combined_patch(told.filled.values(), told.contents), output)
    return output if output != "-" else ""


@dataclass(frozen=True, slots=True)
class _Run:
    target: Target
    given: Mapping[str, Any]
    workflow: Workflow
    commands: list[str]
    """For the runner."""
    told: _Told
    dry_run: bool
    quiet: bool

    def go(self) -> int:
        from fimbot.apps.review.github.host import Address, Host
        from fimbot.apps.review.github.pace import Pace

        key = github_token(os.environ)
        api_url = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        address = Address.of(api_url, self.target.repository)
        status = 0
        with closing(Host(address, key, Pace(tell=say))) as host:
            pulls = self._pulls(host)
            if not pulls:
                _leave_alone(self.workflow, self.told, "no open pull request has this head any more")
            if len(pulls) > 1:
                numbers = ", ".join(f"#{pull.number}" for pull in pulls)
                say(f"{len(pulls)} pull requests have this head, each gets its own review: {numbers}")
            for pull in pulls:
                status = max(status, self._one_of(pulls, pull, host, key))
                if status == INTERRUPTED:
                    break
                self.told.pulls += 1
        return status

    def _one_of(self, pulls: Sequence[PullRequest], pull: PullRequest, host: Host, key: Key) -> int:
        """What stops one of several neither stops the others nor loses what was said of them."""
        if len(pulls) == 1:
            return self._one(host, key, pull, "")
        name = f"#{pull.number}: "
        try:
            return self._one(host, key, pull, name)
        except KeyboardInterrupt:
            say(f"{name}interrupted")
            return INTERRUPTED
        except FimbotError as error:
            say(f"{name}{error}")
            return error.exit_status

    def _pulls(self, host: Host) -> tuple[PullRequest, ...]:
        """A branch may have one into each of several bases, and what is new in them differs."""
        wanted = self.target.pull
        if isinstance(wanted, int):
            return (host.pull(wanted),)
        pulls = host.pulls_from(wanted.owner, wanted.name)
        found = [pull for pull in pulls if pull.head_sha == self.target.head_sha]
        return tuple(sorted(found, key=lambda pull: pull.number))

    def _one(self, host: Host, key: Key, pull: PullRequest, name: str) -> int:
        """`name`: which one, where there are several."""
        from fimbot.apps.review.gate import why_not

        conversation = host.conversation(pull, (*CONFIGURATION, ATTRIBUTES))
        settings = _settings(self.given, conversation.base_files)
        why = why_not(pull, settings, self.target.head_sha)
        if why is not None:
            _leave_alone(self.workflow, self.told, name + why)
            return 0
        return self._review(host, key, pull, conversation, settings, name)

    def _review(
        self, host: Host, key: Key, pull: PullRequest, conversation: Conversation, settings: Settings, name: str
    ) -> int:
        from fimbot.apps.review.content import changes_of, earlier_of, generated_at_base, hidden_of
        from fimbot.apps.review.work import DEFAULT_SUGGESTIONS, look_at
        from fimbot.pipeline import excluded
        from fimbot.stubs.collect import collect

        files = host.files(pull.number)
        with ExitStack() as stack:
            content, clone = stack.enter_context(_content(host, key, pull, conversation, files, self.target))
            limit = settings.max_file_bytes
            blobs = stack.enter_context(open_blobs(content.repository, content.selection, max_file_bytes=limit))
            hidden = hidden_of(files, blobs)
            base = _merge_base(host, pull, hidden, content, clone)
            changes = changes_of(files, hidden, content, base, excluded(settings), limit)
            attributes = conversation.base_files[ATTRIBUTES]
            findings = collect(
                changes,
                blobs.read,
                lambda paths: generated_at_base(paths, clone, pull.base_sha, attributes),
                settings,
                earlier=earlier_of(files, blobs),
            )
            most = settings.max_suggestions or DEFAULT_SUGGESTIONS
            work = look_at(findings, conversation, files, content, blobs, most)
            # The limit counts what stands on the pull request already, and is applied by now.
            report, no_engine = self._fill(work, blobs, replace(settings, max_suggestions=None))
        if report.interrupted:
            say(f"{name}interrupted; nothing was posted, and what was answered is kept")
            return INTERRUPTED
        return self._post(host, pull, conversation, settings, work, report, no_engine, name)

    def _fill(self, work: Work, blobs: Blobs, settings: Settings) -> tuple[Report, str | None]:
        """What was filled; and why no engine could be asked, if none could."""
        from fimbot import pipeline
        from fimbot.cli.suggest import ask_engine
        from fimbot.engines.pool import Answers

        begun, findings = time.monotonic(), work.findings
        opened = _engine(settings) if findings.wanted else None
        if opened is None or isinstance(opened, str):
            skips = [Skip(stub, "no engine to ask") for stub in findings.wanted]
            return pipeline.report(findings, skips, (), None, Answers(), begun), opened
        say(f"engine {opened.why}", quiet=self.quiet)
        windows = list(pipeline.windows_of(findings, blobs, opened.engine, settings))
        return ask_engine(findings, windows, opened, settings, begun, quiet=self.quiet), None

    def _post(
        self,
        host: Host,
        pull: PullRequest,
        conversation: Conversation,
        settings: Settings,
        work: Work,
        report: Report,
        no_engine: str | None,
        name: str,
    ) -> int:
        from fimbot.apps.review.post import Poster, Recorder
        from fimbot.apps.review.result import result_of
        from fimbot.apps.review.summary import warnings_for
        from fimbot.apps.review.work import drafts_of

        recorder = Recorder()
        drafts, unplaced = drafts_of(work, report.outcomes, conversation)
        writer = recorder if self.dry_run else host
        reread = partial(host.conversation, pull, ())
        poster = Poster(writer, host.address.path, pull, work.stubs, reread, host.pace.sleep)
        if settings.review_mode == "review":
            poster.run(drafts, unplaced, work.plan.gone)
        if self.dry_run:
            self.told.requests += recorder.requests
            return 0
        notes = [no_engine] if no_engine else []
        notes += [*report.notices, *report.problems]
        notes += [str(poster.posted.problem)] if poster.posted.problem else []
        summary_only = settings.review_mode == "summary"
        composed: tuple[Draft | Unplaced, ...] = (*drafts, *unplaced)
        result = result_of(work, report.outcomes, composed, poster.posted, notes, summary_only=summary_only)
        self._report(work, report.outcomes, poster.posted, replace(result, title=name + result.title))
        if no_engine or poster.posted.read_only:
            self.commands.extend(warnings_for(result.rows))
        posted = poster.posted
        failed = report.problems or (posted.problem and not posted.read_only and not posted.stale)
        return FimbotError.exit_status if failed else 0

    def _report(self, work: Work, outcomes: Sequence[Outcome], posted: Posted, result: Result) -> None:
        from fimbot.apps.review.summary import summary

        for row in result.rows:
            click.echo(f"{place(row.stub)}  {one_line(row.stub.name)}: {one_line(row.fate)}")
        for file in result.skipped:
            click.echo(f"{one_line(file.path)}: skipped, {one_line(file.reason)}")
        click.echo(result.title)
        for note in result.notes:
            say(note)
        self.workflow.summary(summary(result))
        told = self.told
        told.stubs += work.found
        told.suggestions += len(posted.drafts) + len(posted.told)
        told.review_url = posted.urls[-1] if posted.urls else told.review_url
        told.filled |= {each.fill.stub.id: each for each in outcomes if isinstance(each, Suggestion)}
        told.contents |= work.findings.contents


def _settings(given: Mapping[str, Any], base_files: Mapping[str, bytes | None]) -> Settings:
    """With the files of the base branch, since those of the pull request are its author's."""
    return load_settings(given, os.environ, base_files.get, user_file()).settings


def _engine(settings: Settings) -> Opened | str:
    """Or why there is none: a pull request from a fork has no key. Any other fault of the settings is raised."""
    from fimbot.engines.choose import choose_engine
    from fimbot.engines.open import open_engine

    try:
        return open_engine(settings, os.environ)
    except SettingsError as error:
        names = (*KEY_NAMES.values(), *CHAT_KEY_NAMES.values(), ANY_ENGINE)
        if settings.engine:
            choose_engine(settings, os.environ)  # raises for a name that is none
        if "local" in settings.engine or settings.api_key_command or any(named_key(n, os.environ) for n in names):
            raise
        return str(error)


@contextmanager
def _content(
    host: Host, key: Key, pull: PullRequest, conversation: Conversation, files: Sequence[PullFile], target: Target
) -> Iterator[tuple[Content, Clone | None]]:
    """The files of the head: from the clone in which the user stands, or through the API.

    After another workflow (which names a branch and no number) there may lie what that one has left on the runner, and
    git obeys a clone's configuration: it is not touched.
    """
    from fimbot.apps.review.content import Clone, content_of_clone, content_of_files, wanted_paths

    server_url = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
    clone = None
    if isinstance(target.pull, int):
        with suppress(GitError):
            repository = open_repository(Path.cwd(), secret_names(os.environ))
            clone = Clone(repository, server_url, key, _configured(os.environ))
    content = content_of_clone(clone, pull.head_sha) if clone else None
    if content is not None:
        yield content, clone
        return
    wanted = [*wanted_paths(files), *(thread.path for thread in conversation.threads)]
    found = host.contents(pull.head_sha, wanted) if wanted else {}
    with content_of_files(found) as content:
        yield content, None


def _configured(environ: Mapping[str, str]) -> int:
    count = environ.get("GIT_CONFIG_COUNT", "")
    # git refuses to run with one that is no number.
    return int(count) if count.isdecimal() else 0


def _merge_base(
    host: Host, pull: PullRequest, hidden: Sequence[PullFile], content: Content, clone: Clone | None
) -> str | None:
    """Only where GitHub leaves a diff out: it is asked which commit it is, since a shallow clone cannot know. Without
    a clone it is a tree of these files as they were."""
    from fimbot.apps.review.content import tree_of

    if not hidden:
        return None
    base = host.merge_base(pull.base_sha, pull.head_sha)
    if clone is not None:
        return base if clone.fetch(base) else None
    return tree_of(content.repository, host.contents(base, [file.previous or file.path for file in hidden]))
