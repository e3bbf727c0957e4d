"""`make bench` or `python -m tests.benchmarks [WORD ...]`: run the cases whose names hold one of the words; a table.

The rows go into `docs/benchmarks.md`, for those of the same work and size.
"""

import sys

from tests.benchmarks import peers, report
from tests.benchmarks.runner import Case, all_cases, measured


def chosen(words: list[str]) -> list[Case]:
    """All cases, or those whose name holds one of the words."""
    return [case for case in all_cases() if not words or any(word in case.name for word in words)]


def main() -> int:
    """Keep each row as it comes; 1 where a budget is not held."""
    rows = []
    for case in chosen(sys.argv[1:]):
        print(f"… {case.name}", file=sys.stderr)
        for row in measured(case):
            rows.append(row)
            report.keep([row], peers.versions())
    print(report.table(rows))
    return 1 if any(row.is_over for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
