"""The regulation item by item: what keeps it, which tests show it, what is missing, what no program can do.

Items are those of `docs/articles.toml`; the last results of their tests are in artifacts/articles.json.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from tests.articles import Article, Item, articles, marked
from tests.plugin_articles import earlier

BINDING = range(7, 29)
"""The articles that say what has to work; those before and after are principles and formalities."""


class Standing(StrEnum):
    COVERED = "covered"
    FAILING = "failing"
    UNTESTED = "untested"
    LATER = "later"
    NOT_SOFTWARE = "not software"


GAPS = (Standing.FAILING, Standing.UNTESTED, Standing.LATER)
Outcomes = dict[str, Counter[str]]
"""Test → how often its cases ended how."""


@dataclass(frozen=True)
class Row:
    item: Item
    outcomes: Outcomes

    @property
    def standing(self) -> Standing:
        if self.item.not_software:
            return Standing.NOT_SOFTWARE
        if self.item.later:
            return Standing.LATER
        if any(cases["failed"] for cases in self.outcomes.values()):
            return Standing.FAILING
        return Standing.COVERED if self.outcomes else Standing.UNTESTED


def main() -> int:
    short = "--short" in sys.argv[1:]
    tests, results = marked(), earlier()
    total: Counter[Standing] = Counter()
    gaps = 0
    for article in articles():
        rows = [
            Row(item, outcomes_of(tests.get(item.key, set()), results.get(item.key, {})))
            for item in article.items
        ]
        show(article, rows, short)
        total.update(row.standing for row in rows)
        if article.number in BINDING:
            gaps += sum(row.standing in GAPS for row in rows)
    print(f"\n{total.total()} items: {counted(total)}")
    print(f"{gaps} gaps in the articles {BINDING.start} to {BINDING.stop - 1}")
    return 1 if gaps else 0


def outcomes_of(tests: set[str], results: dict[str, str]) -> Outcomes:
    """Of tests that are there; the last results of others are passed over."""
    found: Outcomes = {test: Counter() for test in sorted(tests)}
    for case, outcome in results.items():
        if (test := case.partition("[")[0]) in found:
            found[test][outcome] += 1
    return {test: cases or Counter(["not run"]) for test, cases in found.items()}


def show(article: Article, rows: list[Row], short: bool) -> None:
    print(f"\n第{article.number}条 {article.title}: {counted(Counter(row.standing for row in rows))}")
    for row in rows:
        show_row(row, short)


def show_row(row: Row, short: bool) -> None:
    item, outcomes = row.item, row.outcomes
    print(f"  {item.key:<18}{row.standing:<14}{item.says}")
    if reason := item.later or item.not_software:
        print(f"{'':20}{reason}")
    for place in item.places:
        print(f"{'':20}in {place}")
    if outcomes:
        cases = sum(outcomes.values(), Counter())
        print(f"{'':20}tests: {len(outcomes)}, cases: {counted(cases)}")
    for test, ended in () if short else outcomes.items():
        print(f"{'':22}{test}: {counted(ended)}")


def counted(what: Counter[str] | Counter[Standing]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(what.items()))


if __name__ == "__main__":
    sys.exit(main())
