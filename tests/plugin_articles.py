"""Writes `artifacts/articles.json` for `scripts/articles`.

Its shape: {"21": [{"test": "tests/test_x.py::test_y", "outcome": "passed" | "failed" | "skipped"}]}.
A run of part of the tests updates those and keeps the last result of the others.
"""

import json
from typing import Any

import pytest

PROPERTY = "article"


class Articles:
    """Collects results where the run is led from: the controller of pytest-xdist, or the only process."""

    def __init__(self, config: pytest.Config) -> None:
        self.file = config.rootpath / "artifacts" / "articles.json"
        self.whole = config.args_source is config.ArgsSource.TESTPATHS and not (
            config.option.keyword or config.option.markexpr
        )
        self.results: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        for name, article in report.user_properties:
            if name == PROPERTY:
                self.results.setdefault(str(article), {})[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        if self.results:
            merged = self._earlier()
            for article, tests in self.results.items():
                merged.setdefault(article, {}).update(tests)
            self.file.parent.mkdir(exist_ok=True)
            self.file.write_text(json.dumps(_rows(merged), indent=1, ensure_ascii=False) + "\n")

    def _earlier(self) -> dict[str, dict[str, str]]:
        if self.whole or not self.file.exists():
            return {}
        rows: dict[str, list[dict[str, str]]] = json.loads(self.file.read_text())
        return {article: {row["test"]: row["outcome"] for row in tests} for article, tests in rows.items()}


def _rows(results: dict[str, dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    return {
        article: [{"test": test, "outcome": outcome} for test, outcome in sorted(results[article].items())]
        for article in sorted(results, key=int)
    }


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Articles(config), "articles-results")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """User properties travel with the report from a worker to the controller; markers do not."""
    for item in items:
        articles: set[Any] = {number for mark in item.iter_markers("article") for number in mark.args}
        item.user_properties.extend((PROPERTY, number) for number in sorted(articles))
