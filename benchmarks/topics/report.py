"""The yearly report: time and size of an authority with three groups and twenty segments."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from ruamel.yaml import YAML

from benchmarks.demo_copy import demo_root, run_steps
from benchmarks.harness import Line, Settings
from client_segments import report
from client_segments.report import docx, html, xlsx
from client_segments.study import AuthorityYear

TITLE = "Yearly report of the demo, 2025, its segments divided into twenty"
DIVIDED_GROUP, SEX, WOMEN, MEN = "support", "sex", "женский", "мужской"
TARGET = "s of processor; 10 s on two quiet cores for all, HTML under 6 MB"


def run(settings: Settings) -> Iterator[Line]:
    """Measure the content, the tree and each form by processor time, and the files."""
    with demo_root() as root:
        opened = AuthorityYear("demo", 2025, root)
        divide_segments(opened.study(DIVIDED_GROUP, "segments").decisions_folder / "segments.yml")
        for group in ["staff"] if settings.is_quick else opened.groups:
            run_steps(opened, group)
        seconds: dict[str, list[float]] = {}
        for _repeat in range(settings.repeats):
            content, _findings = timed(seconds, "content", lambda: report.year_content(opened))
            tree = timed(seconds, "tree", lambda content=content: report.year_report(content))
            for name, form in (("HTML", html), ("DOCX", docx), ("XLSX", xlsx)):
                timed(seconds, name, lambda form=form, tree=tree: form.render(tree))
        segments = sum(len(group.tables.profiled) for group in content.groups)
        yield Line("segments with a profile", segments, "", "20 in a full run")
        for name, found in seconds.items():
            yield Line(name, median(found), "s", "processor time")
        yield Line("all", sum(map(median, seconds.values())), "s", TARGET)
        for path in report.run(opened).files:
            yield Line(path.name, path.stat().st_size / 2**20, "MiB")


def timed(seconds: dict[str, list[float]], name: str, make: Callable[[], object]):
    """Return what is made, and note how much of the processor's time it took."""
    start = time.process_time()
    made = make()
    seconds.setdefault(name, []).append(time.process_time() - start)
    return made


def divide_segments(path: Path) -> None:
    """Divide each decided segment into women, under its code, and men."""
    yaml = YAML()
    decided = yaml.load(path.read_text("utf-8"))
    divided = []
    for segment in decided["segments"]:
        for sex, ending in ((WOMEN, ""), (MEN, "-men")):
            rule = {"all": [segment["rule"], {"attribute": SEX, "in": [sex]}]}
            name = f"{segment['name']}, пол {sex}"
            divided.append({"code": segment["code"] + ending, "name": name, "rule": rule})
    decided["segments"] = divided
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(decided, file)
