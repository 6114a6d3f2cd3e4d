"""The scripts that git runs for a hook, for repositories without a hook manager."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from fimbot.errors import FimbotError, UsageError

# hook: the options with which it runs fimbot
HOOKS = {"pre-commit": "", "pre-merge-commit": "", "pre-push": " --pre-push"}

MARK = "# Written by `fimbot install`; `fimbot uninstall` removes it."


def script(hook: str) -> str:
    """A POSIX shell script, which git brings along on Windows too.

    It starts the fimbot that wrote it, and where that is gone any on PATH; without one the commit goes on. A console
    script stays when its Python is upgraded, and git takes its failing to start for a refusal: so both are looked for.
    """
    command = " ".join(map(shlex.quote, _program()))
    there = " && ".join(f"test -x {shlex.quote(path)}" for path in dict.fromkeys((_python(), _program()[0])))
    options = HOOKS[hook]
    return f"""\
#!/bin/sh
{MARK}
if {there}; then
    exec {command} hook{options}
elif command -v fimbot >/dev/null 2>&1; then
    exec fimbot hook{options}
fi
echo "fimbot: it is gone, and nothing is stopped by that (pip install fimbot, or remove the hook {hook})" >&2
"""


def _program() -> tuple[str, ...]:
    console_script = shutil.which("fimbot", path=str(Path(sys.executable).parent))
    if console_script:
        return (Path(console_script).as_posix(),)
    # -P: a `fimbot` directory in the repository must not be taken for ours.
    return _python(), "-P", "-m", "fimbot"


def _python() -> str:
    return Path(sys.executable).as_posix()


def install_script(path: Path, hook: str) -> bool:
    """Writes it; False where it stood there already. Raises UsageError where somebody else's hook is."""
    content = script(hook).encode()
    try:
        present = path.read_bytes() if path.exists() or path.is_symlink() else None
        if present == content:
            return False
        if present is not None and MARK.encode() not in present:
            raise UsageError(
                f"{path} is another tool's or your own, and is left alone: "
                f"add the line `fimbot hook{HOOKS[hook]}` to it, or use fimbot through your hook manager"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755)
    except OSError as error:
        raise FimbotError(f"{path} cannot be written: {error.strerror or error}") from None
    return True


def remove_script(path: Path) -> bool:
    """Removes it; False where there is none of ours."""
    try:
        if MARK.encode() not in path.read_bytes():
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise FimbotError(f"{path} cannot be removed: {error.strerror or error}") from None
    return True
