"""Steps 1 and 2 whole, as the notebooks run them: time and peak memory by number of clients."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Line, Settings, run_python
from benchmarks.made_clients import LEVELS, write_clients
from client_segments.study import REPOSITORY

TITLE = "Steps 1 and 2 whole: reading, usefulness, classes chosen and fitted, images, rules"
_GROUP = "demo/2025/support"
_PARTS = {
    "step 1": "attributes.run",
    "step 2": "segments.run",
    "of it, choice of the number of classes": "segments.compare_classes",
    "of it, placing and describing the classes": "segments.group_patterns",
    "of it, rules and subgroups": "segments.explain",
}
_CODE = """
import resource, time
from pathlib import Path
from client_segments import attributes, segments
from client_segments.study import open_study
spent = {{}}
def timed(module, name):
    work = getattr(module, name)
    def measured(*arguments, **options):
        started = time.perf_counter()
        done = work(*arguments, **options)
        spent[module.__name__.rpartition(".")[2] + "." + name] = time.perf_counter() - started
        return done
    setattr(module, name, measured)
for name in ("compare_classes", "group_patterns", "explain", "run"):
    timed(segments, name)
timed(attributes, "run")
root = Path({root!r})
for step in (attributes, segments):
    name = step.__name__.rpartition(".")[2]
    result = step.run(open_study("demo", 2025, "support", name, root))
placed = int(result.table("segments")["clients_count"].sum())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(*[spent[name] for name in {names!r}], placed, peak)
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure at 10⁶ and 10⁷ clients whose classes are ordinary, and the growth."""
    sizes = (2_000,) if settings.is_quick else (1_000_000, 10_000_000)
    before = None
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-steps-") as name:
            root = Path(name)
            _lay_out(root, count)
            code = _CODE.format(root=str(root), names=list(_PARTS.values()))
            numbers = [float(word) for word in run_python(code).split()]
        *seconds, placed, peak = numbers
        yield Line("clients", count, "rows")
        for label, value in zip(_PARTS, seconds, strict=True):
            yield Line(label, value, "s")
        yield Line("clients assigned ÷ clients read", placed / count, "×", "must be exactly 1")
        yield Line("peak memory", peak, "MiB")
        whole = seconds[0] + seconds[1]
        if before is not None:
            yield Line("time with ten times the clients", whole / before, "×", "target ≤ 10")
        before = whole


def _lay_out(root: Path, count: int) -> None:
    """Lay out a group whose clients are made up, with the decided list of attributes."""
    group = root / "data" / _GROUP
    (group / "raw").mkdir(parents=True)
    (group / "decisions").mkdir()
    shutil.copytree(REPOSITORY / "data" / "catalogue", root / "data" / "catalogue")
    shutil.copy(REPOSITORY / "data" / _GROUP / "group.yml", group)
    write_clients(group / "raw" / "clients.parquet", count, "ordinary")
    items = "".join(
        f"  - {{code: a{number}, name: Признак {number}, role: forming, sources: [2], basis: форма}}\n"
        for number in range(1, len(LEVELS) + 1)
    )
    text = "who: benchmark\nwhen: '2025-10-01'\nattributes:\n" + items
    (group / "decisions" / "attributes.yml").write_text(text, "utf-8")
