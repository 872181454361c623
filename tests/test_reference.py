"""The reference pages say what the code declares."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_reference_is_current() -> None:
    done = subprocess.run(
        ["scripts/reference", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_made_and_linked() -> None:
    pages = {path.name for path in (ROOT / "docs" / "reference").glob("*.md")}
    texts = [(ROOT / "README.md").read_text("utf-8"), *_docs()]
    assert pages >= {"errors.md", "routes.md", "scopes.md", "settings.md"}
    assert [name for name in sorted(pages) if not any(f"reference/{name}" in text for text in texts)] == []


def _docs() -> list[str]:
    return [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")]
