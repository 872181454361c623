"""Errors are classes, raised fresh: what is kept and raised again keeps every request that met it."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOK = """
import gc, sys
sys.path.insert(0, "scripts")
import _reference
_reference.load()
ours = lambda kind: kind.__module__.partition(".")[0] in _reference.HOUSE
kept = [each for each in gc.get_objects() if isinstance(each, Exception) and ours(type(each))]
print(sorted(type(each).__name__ for each in kept))
codes = {kind.code: kind for kind in _reference.kinds()}
print(sorted(code for code in codes))
"""


def _run(source: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_no_error_is_kept_to_be_raised_again() -> None:
    """Whatever the house has made when all of it is imported lives as long as the process."""
    kept, codes = _run(LOOK)
    assert kept == "[]"
    assert "'slot_full'" in codes
    assert all(re.fullmatch("[a-z0-9_]+", code) for code in re.findall("'(.*?)'", codes))


def test_a_kept_error_would_be_seen() -> None:
    kept, _ = _run("from models.store import PageUnknown\nkept = PageUnknown()\n" + LOOK)
    assert kept == "['PageUnknown']"
