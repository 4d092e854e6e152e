"""Entry point of `python -m benchmarks`: runs topics and prints their tables."""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.harness import Line, Settings
from benchmarks.topics import TOPICS, run_topic


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    unknown = [name for name in options.topics if name not in TOPICS]
    if unknown:
        parser.error(f"unknown topic {unknown[0]}; there are {', '.join(TOPICS)}")
    if options.list:
        for name, topic in TOPICS.items():
            print(f"{name:10} {topic.TITLE}")
        return 0
    settings = Settings(options.quick)
    measured = {}
    for name in options.topics or TOPICS:
        started = time.perf_counter()
        lines = run_topic(name, settings)
        _print(name, lines, time.perf_counter() - started)
        measured[name] = lines
    if options.json:
        options.json.write_text(_json(measured, settings), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="NAME", help="topics (all, if none is named)")
    parser.add_argument("--list", action="store_true", help="list the topics")
    parser.add_argument("--quick", action="store_true", help="small tables, once: a smoke run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here as well")
    return parser


def _print(name: str, lines: Sequence[Line], seconds: float) -> None:
    print(f"\n{name}: {TOPICS[name].TITLE} ({seconds:.0f} s)")
    width = max((len(line.label) for line in lines), default=0)
    for line in lines:
        print(f"  {line.label:{width}}  {_value(line):>12} {line.unit:4} {line.note}".rstrip())
    sys.stdout.flush()


def _value(line: Line) -> str:
    if math.isnan(line.value):
        return "–"
    if line.unit == "rows":
        return f"{line.value:,.0f}"
    return f"{line.value:.1f}" if line.unit in ("%", "MiB") else f"{line.value:.3f}"


def _json(measured: dict[str, list[Line]], settings: Settings) -> str:
    topics = {
        name: [asdict(line) | {"value": None if math.isnan(line.value) else line.value}
               for line in lines]
        for name, lines in measured.items()
    }  # fmt: skip
    machine = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    record = {"machine": machine, "is_quick": settings.is_quick, "topics": topics}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
