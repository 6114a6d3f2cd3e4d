"""How git is run. In a module of its own, without imports, because the quick way reads it as well (fimbot/quick).

Plumbing (diff-index, diff-tree) ignores most of the user's configuration; what is here beats the rest of it.
"""

CONFIGURATION = (
    "core.quotePath=false",
    # A command that a hostile repository may name; it would be run whenever the index is read.
    "core.fsmonitor=false",
    # Only warnings on standard error.
    "core.safecrlf=false",
    # Changes how an empty context line looks, also in plumbing.
    "diff.suppressBlankEmpty=false",
)

# A repository may keep its hooks in the working tree (husky), where they are those of whoever wrote the change; and
# even `read-tree` into an index of our own runs one, post-index-change. Not given to HOOKLESS, which run none and tell
# where the hooks lie.
NO_HOOKS = "core.hooksPath=/dev/null"
HOOKLESS = ("config", "rev-parse")

ENVIRONMENT = {
    "LANGUAGE": "C",
    "LC_ALL": "C",
    # "--unified=3" in it would beat our own -U.
    "GIT_DIFF_OPTS": "",
    # Never write to the index, not even to refresh it.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}

DIFF = (
    "-r",
    "--patch",
    "-M",
    # Above this many candidates a rename counts as a new file. diff.renameLimit is read by plumbing too.
    "-l1000",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    # A submodule that moved is to be seen; but git would run `git status` inside of it to see more.
    "--ignore-submodules=dirty",
    # A file that was only announced (`git add -N`) is not staged yet, as `git diff --cached` sees it.
    "--ita-invisible-in-index",
)
