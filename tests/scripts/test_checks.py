"""Ruff and mypy find a package's files by themselves; a script without `.py` has to be named to them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_python_without_an_ending_is_checked_too() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    scripts = [file for file in (ROOT / "scripts").iterdir() if file.is_file() and not file.suffix]
    assert scripts
    python = {f"scripts/{file.name}" for file in scripts if "python" in file.read_text().partition("\n")[0]}
    assert python == set(tools["ruff"].get("extend-include", ()))
    assert python | {"scripts"} <= set(tools["mypy"]["files"])
