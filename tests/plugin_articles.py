"""Refuses a mark for an item that the regulation does not have, and writes `artifacts/articles.json`.

Its shape: {"21.4": [{"test": "tests/test_x.py::test_y", "outcome": "passed" | "failed" | "skipped"}]}.
A run of part of the tests updates those and keeps the last result of the others. `scripts/articles` reads it.
"""

import json

import pytest

from tests import articles

PROPERTY = "article"
Results = dict[str, dict[str, str]]
"""Item → test → outcome."""


class Articles:
    """Collects results where the run is led from: the controller of pytest-xdist, or the only process."""

    def __init__(self, config: pytest.Config) -> None:
        self.whole = config.args_source is config.ArgsSource.TESTPATHS and not (
            config.option.keyword or config.option.markexpr
        )
        self.results: Results = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        for name, key in report.user_properties:
            if name == PROPERTY:
                self.results.setdefault(str(key), {})[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        if self.results:
            merged = {} if self.whole else earlier()
            for key, tests in self.results.items():
                merged.setdefault(key, {}).update(tests)
            articles.RESULTS.parent.mkdir(exist_ok=True)
            articles.RESULTS.write_text(json.dumps(_rows(merged), indent=1, ensure_ascii=False) + "\n")


def earlier() -> Results:
    """What was written last, of the items that there still are."""
    if not articles.RESULTS.exists():
        return {}
    rows: dict[str, list[dict[str, str]]] = json.loads(articles.RESULTS.read_text())
    return {
        key: {row["test"]: row["outcome"] for row in rows[key]} for key in articles.items() if key in rows
    }


def _rows(results: Results) -> dict[str, list[dict[str, str]]]:
    return {
        key: [{"test": test, "outcome": outcome} for test, outcome in sorted(results[key].items())]
        for key in articles.items()
        if key in results
    }


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Articles(config), "articles-results")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """User properties travel with the report from a worker to the controller; markers do not."""
    known = articles.items().keys()
    for test in items:
        keys = {key for mark in test.iter_markers("article") for key in mark.args}
        if unknown := sorted(map(repr, keys - known)):
            raise pytest.UsageError(f"{test.nodeid}: no item of docs/articles.toml is {', '.join(unknown)}")
        test.user_properties.extend((PROPERTY, key) for key in sorted(keys))
