"""Brings a checkout to where it can run or be tested; needs nothing but Python and its venv module.

    _setup.py run [options of the demo]     set up, then become the demo
    _setup.py test                          set up what tests need
    _setup.py serve                         set up what the service needs, which is given its database
    _setup.py bench                         set up what is measured, with a database

What is there already is left alone: a file of requirements is installed again only when it has changed.
When something is missing that this script cannot bring, it stops with one line that says what to do.
"""

import signal
import sys

if __name__ == "__main__":
    for told in (signal.SIGINT, signal.SIGTERM):  # before anything else, which takes its time
        signal.signal(told, lambda *_: sys.exit(0))

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "static" / "vendor"
STAMPS = VENV / "installed.json"
"""What was installed: file name → SHA-256 of what it said."""

ROOM = {"run": 1.5e9, "test": 3e9, "serve": 1e9, "bench": 6e9}
"""Bytes that a first set-up needs, with some air."""

SCANNER = "jsqr/dist/jsQR.js"
"""What reads QR codes in the demo's phone."""
WEUI = "weui/dist/style/weui.min.css"
PURGE = ("purgecss/bin/purgecss.js", "--font-face", "--keyframes", "--variables")
LIBRARIES = {
    "libcurl.so.4": "libcurl4",
    "liblzma.so.5": "liblzma5",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "libatomic.so.1": "libatomic1",
    "libstdc++.so.6": "libstdc++6",
}
"""What the packaged mongod and the browser's driver are linked to → the Debian packages that bring it."""

PULSE_SECONDS = 5.0
"""How often a step that takes long says so."""
STOP_SECONDS = 2.0
"""What a command that is stopped may take to tidy up."""

NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|Read timed out|ReadTimeout"
    r"|ProxyError|SSLError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH"
)


class CannotGoOn(Exception):
    """One line: what is missing and what to do about it."""


def main(arguments: Sequence[str]) -> int:
    goal, *rest = arguments
    try:
        options = demo_options(rest) if goal == "run" else None
        set_up(goal, options)
    except CannotGoOn as error:
        print(error, file=sys.stderr)
        return 1
    if options:
        os.chdir(ROOT)
        command = ["-m", "wechat_backend", "demo", *command_line(options)]
        os.execv(PYTHON, [str(PYTHON), *command])  # noqa: S606 - no shell is the point
    return 0


def demo_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/run", description="Set up and start the demo.")
    parser.add_argument("--port", type=int, default=8888, help="of the web server (8888)")
    parser.add_argument("--simulator-port", type=int, default=8889, help="of the phone simulator (8889)")
    parser.add_argument("--data", type=Path, default=ROOT / "data-demo", help="the folder to keep data in")
    parser.add_argument("--reset", action="store_true", help="begin with an empty folder")
    options = parser.parse_args(arguments)
    check_numbers(options.port, options.simulator_port)
    check_folder(options.data)
    return options


def check_numbers(port: int, simulator_port: int) -> None:
    """As the demo does, but before a set-up that takes minutes."""
    for option, number in (("--port", port), ("--simulator-port", simulator_port)):
        if not 1 <= number <= 65535:
            raise CannotGoOn(f"{option} {number} is no port: give a number from 1 to 65535")
    if port == simulator_port:
        raise CannotGoOn(f"--port and --simulator-port are both {port}: give two different ones")


def check_folder(data: Path) -> None:
    """As the demo does, but before a set-up that takes minutes."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "lock").open("a+").close()
    except OSError as error:
        raise CannotGoOn(f"Cannot keep data in {data} ({error.strerror}): give another with --data") from None


def command_line(options: argparse.Namespace) -> list[str]:
    places = ["--port", str(options.port), "--simulator-port", str(options.simulator_port)]
    return [*places, "--data", str(options.data.resolve()), *(["--reset"] if options.reset else [])]


def set_up(goal: str, options: argparse.Namespace | None) -> None:
    """Each step does nothing when its work is done.

    Raises:
        CannotGoOn
    """
    wait_for_others()
    check_processor(goal)
    if not STAMPS.exists():
        check_room(ROOM[goal])
        for port in (options.port, options.simulator_port) if options else ():
            check_port(port)
    make_venv()
    install("requirements.txt")
    if goal == "test":
        install("requirements-dev.txt", "requirements.txt")
    if not has_database(goal):
        install("requirements-mongod.txt", options=["--no-deps", "--require-hashes"])
        bring_libraries()
    bring_assets()
    cut_styles()
    compile_messages()
    if goal == "test":
        bring_browser()


def wait_for_others() -> None:
    """One set-up at a time: the checkout is locked until the demo takes this process over, or it ends."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Waiting for another set-up of this checkout")
        fcntl.flock(checkout, fcntl.LOCK_EX)


def has_database(goal: str) -> bool:
    """Whether there is another database than the packaged one."""
    given = goal == "run" and os.environ.get("PANYU_MONGO_URI")
    return bool(goal == "serve" or given or (shutil.which("mongod") and not packaged_mongod_runs()))


def packaged_mongod_runs() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"


def check_processor(goal: str) -> None:
    if has_database(goal):
        return
    remedy = "put mongod 6.0 or later on PATH, or set PANYU_MONGO_URI to a replica set"
    if not packaged_mongod_runs():
        raise CannotGoOn(f"There is no packaged MongoDB for {sys.platform} on {platform.machine()}: {remedy}")
    described = Path("/proc/cpuinfo").read_text()
    if "flags" in described and not re.search(r"^flags\s*:.*\bavx\b", described, re.MULTILINE):
        raise CannotGoOn(f"MongoDB needs a processor with AVX, which this one lacks: {remedy}")


def check_room(wanted: float) -> None:
    free = shutil.disk_usage(ROOT).free
    if free < wanted:
        raise CannotGoOn(
            f"{free / 1e9:.1f} GB are free at {ROOT}; free at least {wanted / 1e9:.1f} GB and run again"
        )


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotGoOn(f"Port {port} is in use: give others with --port and --simulator-port") from None


def make_venv() -> None:
    if PYTHON.exists() and succeeds([PYTHON, "-c", "import pip"]):
        return
    if not importlib.util.find_spec("ensurepip"):
        raise CannotGoOn("Python's venv module is missing: apt-get install python3-venv, then run again")
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    run("Making the virtual environment", command, "The virtual environment cannot be made")


def install(name: str, *included: str, options: Sequence[str] = ()) -> None:
    """Install a file of requirements if it, or one that it includes, has changed since."""
    if is_done(name, [ROOT / one for one in (name, *included)]):
        return
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run(f"Installing {name} with pip", [*pip, *options, "-r", ROOT / name], "pip failed")
    mark_done(name, [ROOT / one for one in (name, *included)])


def bring_libraries() -> None:
    """See that the packaged mongod finds the shared libraries that it is linked to."""
    bring_packages(lacking("fiftyone/db/bin/mongod", "MongoDB"), "MongoDB")


def lacking(program: str, who: str) -> set[str]:
    """The Debian packages whose libraries a program in `site-packages` misses.

    Raises:
        CannotGoOn: it misses one that nobody knows.
    """
    [file] = VENV.glob(f"lib/python3*/site-packages/{program}")
    linked = subprocess.run(["ldd", file], capture_output=True, text=True, check=False).stdout
    missing = re.findall(r"(\S+) => not found", linked)
    if unknown := [library for library in missing if library not in LIBRARIES]:
        raise CannotGoOn(f"Missing for {who}: {', '.join(unknown)}; install what brings it")
    return {LIBRARIES[library] for library in missing}


def bring_browser() -> None:
    """Chromium for the browser tests, what drives it, and a Chinese font for their pictures."""
    packages = lacking("playwright/driver/node", "The browser tests")
    if not shutil.which("chromium"):
        packages.add("chromium")
    fonts = Path("/usr/share/fonts")
    if not any([*fonts.rglob("wqy*"), *fonts.rglob("NotoSansCJK*")]):
        packages.add("fonts-wqy-microhei")
    bring_packages(packages, "The browser tests")


def bring_packages(packages: Iterable[str], who: str) -> None:
    """Install Debian packages, or say how.

    Raises:
        CannotGoOn: this is not root on Debian, or apt failed.
    """
    names = sorted(packages)
    if not names:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotGoOn(f"{who} need{'s' * (who == 'MongoDB')} {', '.join(names)}: sudo {command}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("Asking for Debian's list of packages", ["apt-get", "update", "-q"], "apt cannot reach its servers")
    run(f"Installing {', '.join(names)} with apt", command.split(), f"Not installed ({command})")


def bring_assets() -> None:
    """Styles and scripts of the pages, from npm to `static/vendor`."""
    lock = [ROOT / "package-lock.json"]
    scanner = VENDOR / Path(SCANNER).name
    if is_done("npm", lock) and scanner.exists():
        return
    command = [node_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run("Fetching styles and scripts with npm", command, "npm failed")
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "node_modules" / SCANNER, scanner)
    mark_done("npm", lock)


def cut_styles() -> None:
    """Of WeUI what the citizens' pages use: all of it is 180 kB, for which a first visitor would wait."""
    pages = [*(ROOT / "templates/citizen").rglob("*.html"), *(ROOT / "static/citizen").glob("*.js")]
    used = [ROOT / "package-lock.json", *sorted(pages)]
    if is_done("weui", used) and (VENDOR / Path(WEUI).name).exists():
        return
    modules = ROOT / "node_modules"
    program, *options = PURGE
    cut: list[str | Path] = [node_tool("node"), modules / program, *options, "--css", modules / WEUI]
    command = [*cut, "--output", VENDOR, "--content", *pages]
    run("Cutting WeUI to what the pages use", command, "The styles cannot be cut")
    mark_done("weui", used)


def node_tool(name: str) -> str:
    """`node` or `npm`, from a Python package on a machine that has none."""
    if found := shutil.which(name):
        return found
    install("requirements-node.txt")
    return str(VENV / "bin" / name)


def compile_messages() -> None:
    catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/panyu.po"))
    compiled = all(one.with_suffix(".mo").exists() for one in catalogues)
    if not catalogues or (compiled and is_done("messages", catalogues)):
        return
    babel: list[str | Path] = [PYTHON, "-m", "babel.messages.frontend", "-q"]
    command = [*babel, "compile", "-d", ROOT / "locale", "-D", "panyu"]
    run("Compiling the translations", command, "The translations cannot be compiled")
    mark_done("messages", catalogues)


def run(step: str, command: Sequence[str | Path], failure: str) -> None:
    """Run a command in the checkout as one step; it ends with this process, and so does all that it starts.

    Raises:
        CannotGoOn: it failed; the line has the last of what it said.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        say(step)
        said = watch(step, process)
    finally:
        end_group(process)
    if process.returncode == 0:
        return
    if NETWORK.search(said):
        raise CannotGoOn(f"{failure}: no connection; check the network (or the proxy settings) and run again")
    errors = [line.strip() for line in said.splitlines() if re.search(r"\berror\b|^E:", line, re.IGNORECASE)]
    lines = errors or said.split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {process.returncode}")
    raise CannotGoOn(f"{failure}: {last}")


def watch(step: str, process: subprocess.Popen[str]) -> str:
    """What it said, once it has ended; meanwhile the step is seen to go on."""
    began = time.monotonic()
    while True:
        try:
            return process.communicate(timeout=PULSE_SECONDS)[0]
        except subprocess.TimeoutExpired:
            say(step, round(time.monotonic() - began))


def end_group(process: subprocess.Popen[str]) -> None:
    """End what is left of a command and of all that it started; nothing interrupts that."""
    if process.returncode is None:
        for told in (signal.SIGINT, signal.SIGTERM):
            signal.signal(told, signal.SIG_IGN)
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def succeeds(command: Sequence[str | Path]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def is_done(step: str, files: Iterable[Path]) -> bool:
    return stamps().get(step) == digest(files)


def mark_done(step: str, files: Iterable[Path]) -> None:
    STAMPS.write_text(json.dumps({**stamps(), step: digest(files)}, indent=1))


def stamps() -> dict[str, str]:
    return json.loads(STAMPS.read_text()) if STAMPS.exists() else {}


def digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def say(step: str, seconds: int = 0) -> None:
    """A line for the step; on a terminal the line that tells the seconds replaces the one before."""
    up = "\033[F" if seconds and sys.stdout.isatty() else ""
    print(f"{up}{step} …{f' {seconds} s' if seconds else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
