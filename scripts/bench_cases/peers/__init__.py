"""What others would answer messages with: WeRoBot on Tornado, wechatpy in Flask under gunicorn.

They run in a virtual environment of their own, `.bench/`, which is made when it is first needed.
"""

import subprocess
import sys
from pathlib import Path

import _setup

from bench_cases.messages import Account
from wechat_backend.dies_with_parent import dying_with_parent

HERE = Path(__file__).parent
HOME = _setup.ROOT / ".bench"
REQUIREMENTS = _setup.ROOT / "requirements-bench.txt"
STAMP = HOME / "installed.txt"
"""What was installed: the digest of what `REQUIREMENTS` said."""


def prepare() -> None:
    """Make their virtual environment, unless it is there as it should be.

    Raises:
        _setup.CannotGoOn: it cannot be made; the message is one line.
    """
    wanted = _setup.digest([REQUIREMENTS])
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    _setup.run("Making .bench", [sys.executable, "-m", "venv", "--clear", HOME], "It cannot be made")
    pip: list[str | Path] = [
        HOME / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    _setup.run(f"Installing {REQUIREMENTS.name} with pip", [*pip, "-r", REQUIREMENTS], "pip failed")
    STAMP.write_text(wanted)


def werobot(port: int, account: Account, characters: int) -> "subprocess.Popen[bytes]":
    return _started([HOME / "bin" / "python", HERE / "with_werobot.py", str(port)], account, characters)


def flask(port: int, account: Account, characters: int) -> "subprocess.Popen[bytes]":
    """One worker with threads, whose connections stay open; that is quicker than one that closes each."""
    command: list[str | Path] = [
        HOME / "bin" / "gunicorn",
        "--chdir",
        HERE,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
    ]
    command += ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"]
    return _started([*command, "--log-level", "error", "with_flask:app"], account, characters)


def _started(command: list[str | Path], account: Account, characters: int) -> "subprocess.Popen[bytes]":
    """A process that ends with this one; `characters` is what it answers in length."""
    env = {
        "PATH": str(HOME / "bin"),
        "APPID": account.appid,
        "TOKEN": account.token,
        "AES_KEY": account.aes_key,
        "CHARACTERS": str(characters),
    }
    return subprocess.Popen(dying_with_parent([str(part) for part in command]), env=env, cwd=HERE)
