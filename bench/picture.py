"""The picture of a review in the README: HTML of the comment that `fimbot review` really posts, for a browser to print.

    python -m bench.picture > review.html
    chromium --headless --window-size=850,555 --screenshot=docs/review.png review.html

A pull request on the stand-in GitHub of the tests, an engine of the tests beside it; the body is rendered as Markdown,
and its suggestion as GitHub shows one: the lines that it replaces, and its own. The body is kept beside the picture, in
docs/review.md: a test holds it against what is posted, so that the picture is made anew when that changes.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from tests.doubles.github import GitHubServer
from tests.doubles.langdock import KEY, LangdockServer

KEPT = Path(__file__).parents[1] / "docs" / "review.md"

BASE = "PRICES = {}\n"
CHANGED = '''\
PRICES = {}


def total(prices: list[int], discount: float = 0.0) -> float:
    """The sum of all prices, less the discount (0.2 is 20 %)."""
    # TODO
'''
FILL = "    return sum(prices) * (1 - discount)\n"

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ font: 14px/1.5 sans-serif; color: #1f2328; margin: 24px; width: 800px; background: #fff }}
.box {{ border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; margin-bottom: 16px }}
.head {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px }}
.body {{ padding: 4px 16px 12px }}
pre, code {{ font: 12px/20px "DejaVu Sans Mono", monospace }}
code {{ background: #818b981f; border-radius: 6px; padding: 2px 5px }}
pre {{ margin: 0; white-space: pre }} pre span {{ display: block; padding: 0 10px }}
.old {{ background: #ffebe9 }} .new {{ background: #dafbe1 }} .was {{ background: #e6ffec }}
.change {{ border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; margin: 8px 0 }}
.change .head {{ font-size: 12px; padding: 4px 10px }}
.button {{ text-align: right; padding: 8px; border-top: 1px solid #d1d9e0 }}
.button b {{ border: 1px solid #d1d9e0; border-radius: 6px; padding: 4px 12px; font-weight: 500; background: #f6f8fa }}
</style>
<div class="box"><div class="head"><code>shop.py</code></div><pre>{diff}</pre></div>
<div class="box"><div class="head"><b>github-actions</b> bot</div><div class="body">{comment}</div></div>
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        comment = posted(Path(directory))
    KEPT.write_text(comment["body"] + "\n", encoding="utf-8")
    print(render(comment))


def posted(place: Path) -> dict[str, Any]:
    """The first comment of the review, as it went over the wire."""
    with LangdockServer(text=FILL) as engine, GitHubServer(place / "github") as github:
        shop = github.create_repository("acme/shop")
        shop.commit("main", {"shop.py": BASE})
        shop.branch("work")
        shop.commit("work", {"shop.py": CHANGED})
        pull = github.open_pull("acme/shop", head="work", author="ann")
        (place / "gitconfig").write_text("[user]\nname = a\nemail = a@example.org\n", encoding="utf-8")
        environ = {
            **os.environ,
            "HOME": str(place),
            "GIT_CONFIG_GLOBAL": str(place / "gitconfig"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "LANGDOCK_API_KEY": KEY,
            "FIMBOT_BASE_URL": engine.url,
            "GITHUB_API_URL": github.api_url,
            "GITHUB_SERVER_URL": github.url,
            "GITHUB_TOKEN": github.add_token("github-actions[bot]"),
        }
        command = [sys.executable, "-m", "fimbot", "review", "--repo", "acme/shop", "--pr", str(pull.number)]
        subprocess.run(command, cwd=place, env=environ, stdout=subprocess.DEVNULL, check=True)
        (review,) = [each for each in github.writes if each.path.endswith("/reviews")]
        comment: dict[str, Any] = review.body["comments"][0]
        return comment


def render(comment: dict[str, Any]) -> str:
    """`comment`: the payload, path, lines and body."""
    lines = CHANGED.splitlines()
    replaced = lines[comment.get("start_line", comment["line"]) - 1 : comment["line"]]
    markdown = MarkdownIt()
    tokens = markdown.parse(comment["body"])
    (fence,) = [token for token in tokens if token.type == "fence" and token.info == "suggestion"]
    fence.type, fence.content = "html_block", _change(replaced, fence.content.splitlines())
    body = markdown.renderer.render(tokens, markdown.options, {}).replace("<details>", "<details open>")
    added = [f'<span class="was">+ {html.escape(line)}</span>' for line in lines[1:]]
    return PAGE.format(diff="".join(added), comment=body)


def _change(old: list[str], new: list[str]) -> str:
    rows = [f'<span class="old">- {html.escape(line)}</span>' for line in old]
    rows += [f'<span class="new">+ {html.escape(line)}</span>' for line in new]
    return (
        '<div class="change"><div class="head">Suggested change</div>'
        f'<pre>{"".join(rows)}</pre><div class="button"><b>Commit suggestion</b></div></div>'
    )


if __name__ == "__main__":
    main()
