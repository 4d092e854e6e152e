"""How everything is measured: alternating repeats, medians, ratios, peak memory of a child."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from client_segments.study import REPOSITORY


@dataclass(frozen=True)
class Line:
    """One measured number: what was measured, its value, the unit, and what to hold it against."""

    label: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Settings:
    """How much to do: everything, or a smoke run (`--quick`) on small tables, once."""

    is_quick: bool = False

    @property
    def repeats(self) -> int:
        return 1 if self.is_quick else 3

    def size(self, full: int, quick: int) -> int:
        """Return the number of rows to use."""
        return quick if self.is_quick else full


@dataclass(frozen=True)
class Times:
    """Seconds of each repeat of each case, in the order in which they ran."""

    seconds: Mapping[str, list[float]]

    def median(self, case: str) -> float:
        return median(self.seconds[case])

    def ratio(self, case: str, base: str) -> float:
        """Return the median of the ratios of repeats side by side: a slow minute slows both."""
        pairs = zip(self.seconds[case], self.seconds[base], strict=True)
        return median(ours / theirs for ours, theirs in pairs)

    def lines(self, case: str, bases: Mapping[str, str]) -> Iterator[Line]:
        """Yield the time of a case, and for each base its time and the ratio to it.

        `bases` gives the note of the ratio (a target, if there is one) by the name of the base.
        """
        yield Line(case, self.median(case), "s")
        for base, note in bases.items():
            yield Line(base, self.median(base), "s")
            yield Line(f"{case} ÷ {base}", self.ratio(case, base), "×", note)


def compare(cases: Mapping[str, Callable[[], object]], repeats: int) -> Times:
    """Time the cases in turn, A B A B; a full run discards a first round that warms caches."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(repeats + (repeats > 1)):
        for name, case in cases.items():
            gc.collect()
            started = time.perf_counter()
            case()
            elapsed = time.perf_counter() - started
            if number or repeats == 1:
                seconds[name].append(elapsed)
    return Times(seconds)


_PEAK = """
import pathlib, resource, sys
status = pathlib.Path("/proc/self/status")
if status.is_file():
    # Linux keeps ru_maxrss of the parent over exec; VmHWM is of this program only.
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    print(int(lines["VmHWM"].split()[0]) / 1024)
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / (1024**2 if sys.platform == "darwin" else 1024))
"""


def run_python(code: str) -> str:
    """Run code in a fresh interpreter from the root of the repository; return what it printed."""
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout


def peak_memory_mb(code: str) -> float:
    """Return the peak memory, in MiB, of a fresh interpreter that runs the code (POSIX only)."""
    return float(run_python(f"{code}\n{_PEAK}").split()[-1])
