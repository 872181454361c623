"""Ruff and mypy find Python by its ending."""

from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def test_a_script_without_an_ending_is_shell() -> None:
    scripts = [file for file in SCRIPTS.iterdir() if file.is_file() and not file.suffix]
    assert scripts
    assert [file.name for file in scripts if file.read_text().partition("\n")[0] != "#!/bin/sh"] == []
