"""All notebooks on copies of both authorities: everything is made, and nothing tells of the machine."""

from __future__ import annotations

import getpass
import json
import re
import socket
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest

from client_segments import hypotheses, priorities
from client_segments import recommendations as rec
from client_segments.study import REPOSITORY, open_study

FIGURE = re.compile(r'class="plotly-graph-div"|application/vnd\.plotly|Plotly\.newPlot')
needs_open_data = pytest.mark.skipif(
    not (REPOSITORY / "data" / "open-data" / "2025").is_dir(), reason="no open data here"
)
AUTHORITIES = [
    pytest.param(("demo_run", ["control", "staff", "support"]), id="demo"),
    pytest.param(
        ("open_data_run", ["housing", "small_business", "traffic_fines", "unemployment_benefit"]),
        id="open-data",
        marks=needs_open_data,
    ),
]
CHART_STEPS = ("attributes", "segments", "priorities")
"""Steps that have something to draw for every group."""


@pytest.fixture(params=AUTHORITIES)
def run(request):
    """A run by notebooks, and the groups that it should have run for."""
    fixture, groups = request.param
    return request.getfixturevalue(fixture), groups


def test_all_notebooks_succeed(run):
    done, groups = run
    failed = [
        (row.group, row.step, row.message) for row in done.summary.rows if row.status != "done"
    ]
    assert failed == []
    assert done.summary.ok
    expected = {(group, step) for group in groups for step in rec.GROUP_STEPS}
    expected |= {("", "report"), ("", "updates")}
    assert {(row.group, row.step) for row in done.summary.rows} == expected
    assert len(done.progress) == len(expected)


def test_every_step_has_its_page_and_its_executed_notebook(run):
    done, groups = run
    steps = done.reports_folder / "steps"
    for number, step in enumerate(rec.STEPS, start=1):
        folders = [steps / group for group in groups] if step in rec.GROUP_STEPS else [steps]
        for folder in folders:
            page = (folder / f"{number:02d}_{step}.html").read_text("utf-8")
            assert '<html lang="ru"' in page
            assert "Traceback" not in page
            if step in CHART_STEPS:
                assert FIGURE.search(page), (folder.name, step)
            notebook = nbformat.read(folder / f"{number:02d}_{step}.ipynb", as_version=4)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            assert all(cell.execution_count for cell in code if cell.source.strip())
            assert any(cell.outputs for cell in code)


def test_the_report_is_one_file_that_loads_nothing(run):
    done, _groups = run
    html = (done.reports_folder / "report.html").read_text("utf-8")
    assert '<html lang="ru"' in html
    assert len(re.findall(r"<h1[ >]", html)) == 1
    loaded = re.findall(
        r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=[\"'](?!data:|#)([^\"']+)", html
    )
    assert loaded == []
    assert "<table" in html
    assert "<svg" in html


def test_the_record_of_the_run_tells_from_what_and_with_what(run):
    done, groups = run
    record = json.loads((done.reports_folder / "run.json").read_text("utf-8"))
    assert (record["authority"], record["year"]) == (done.authority, done.year)
    assert record["seed"] == rec.SEED
    assert record["parameters"]["groups"] == groups
    assert record["parameters"]["steps"] == list(rec.STEPS)
    assert {"client_segments", "python", "pandas", "plotly"} <= set(record["versions"])
    assert len(record["notebooks"]) == len(done.summary.rows)
    assert {item["status"] for item in record["notebooks"]} == {"done"}
    prefix = f"data/{done.authority}/{done.year}/"
    for group in groups:
        assert any(path.startswith(f"{prefix}{group}/raw/") for path in record["inputs"])
        assert f"{prefix}{group}/group.yml" in record["inputs"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in record["inputs"].values())
    assert not [path for path in record["inputs"] if "/work/" in path or "/truth/" in path]


def test_nothing_that_is_written_tells_of_the_machine(run):
    done, _groups = run
    traces = [str(done.root), str(REPOSITORY), "/tmp/", "/home/", socket.gethostname()]
    user = getpass.getuser()
    if len(user) > 4:  # "root" is also a word of the program
        traces.append(user)
    for path in done.reports_folder.rglob("*"):
        if path.is_file():
            text = _decoded(path)
            found = [trace for trace in traces if re.search(_whole(trace), text)]
            # Plotly's own code, in pages that carry it, is no text of ours.
            assert not found or not _outside_plotly(text, found), (path.name, found)


def _whole(trace: str) -> str:
    """Return the pattern of a trace that is no part of a longer word: a machine may be called vm."""
    return rf"(?<![\w.-]){re.escape(trace)}" + (r"\b" if trace[-1].isalnum() else "")


def _decoded(path: Path) -> str:
    """Return what a file says: archives unpacked, pictures and names of drawn shapes left out."""
    if path.suffix in (".docx", ".xlsx"):
        with ZipFile(path) as archive:
            parts = [name for name in archive.namelist() if not name.endswith(".png")]
            return "\n".join([*parts, *(archive.read(name).decode("utf-8") for name in parts)])
    text = path.read_text("utf-8", errors="replace")
    return re.sub(r'(id="|url\(#|href="#)picture-[^")]*', "", text)


def _outside_plotly(text: str, traces: list[str]) -> list[str]:
    """Return the traces left when inlined libraries are taken away."""
    ours = re.sub(r"<script[^>]*>.{200000,}?</script>", "", text, flags=re.DOTALL)
    return [trace for trace in traces if trace in ours]


@needs_open_data
def test_numbers_on_real_data(open_data_run):
    """From the files as received to the tables of the steps nobody is lost and nobody counted twice."""

    def table(group, contract):
        return open_study("open-data", 2025, group, "updates", open_data_run.root).read(contract)

    zone = table("unemployment_benefit", priorities.BLIND_ZONE)
    zone = zone[zone["measure"] == priorities.ALL_MEASURES]
    assert (zone["blind_zone_count"].sum(), zone["entitled_count"].sum()) == (1542, 4877)
    assert (
        table("housing", priorities.CAPACITY)["clients_count"].sum() == 1681
    )  # residents, not 72 rows
    stages = table("traffic_fines", hypotheses.JOURNEY_STAGES)
    assert set(stages.loc[stages["segment_code"] == hypotheses.ALL_CODE, "cases_count"]) == {10_000}
