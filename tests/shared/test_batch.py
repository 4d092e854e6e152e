"""The batch: strict before a kernel starts, honest after it; one failure stops one group."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from client_segments import recommendations as rec
from client_segments.batch import BatchSummary, Row, Status, read_batch, run_batch, run_year
from client_segments.batch.parameters import checked_parameters, declared_parameters
from client_segments.findings import InputError

PARAMETERS = """\
authority = "demo"  # орган власти # не комментарий
year = 2025  # год
group = "support"  # группа
interactive = True  # правка"""


def write_notebook(path, *sources, parameters=PARAMETERS):
    cells = [
        new_markdown_cell(f"# {path.stem}", id="title"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters"),
        *[new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)],
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def write_workbook(folder, **sources):
    """Write the eight notebooks; each runs the source named by its step, or almost nothing."""
    for number, step in enumerate(rec.STEPS, 1):
        lines = PARAMETERS.split("\n")
        if step not in rec.GROUP_STEPS:
            del lines[2]
        source = sources.get(step, "print(authority, year, interactive)")
        path = folder / f"{number:02d}_{step}.ipynb"
        write_notebook(path, source, parameters="\n".join(lines))
    return folder


@pytest.fixture
def root(tmp_path):
    for group in ("control", "support"):
        raw = tmp_path / "root" / "data" / "demo" / "2025" / group / "raw"
        raw.mkdir(parents=True)
        (raw / "клиенты.csv").write_text("abc", encoding="utf-8")
        (raw / ".hidden.part").write_text("x", encoding="utf-8")
    return tmp_path / "root"


# --------------------------------------------------------------------- before a kernel


def test_parameters_are_read_as_a_tree(tmp_path):
    path = write_notebook(
        tmp_path / "a.ipynb", parameters='a = "x # y"  # c = d\nb = ["1", 2]\nc = None\nd = -1.5'
    )
    assert declared_parameters(path) == {"a": "x # y", "b": ["1", 2], "c": None, "d": -1.5}


@pytest.mark.parametrize(
    "cell", ["a = open('x')", "import os", "a = b = 1", "a: int = 1", "a, b = 1, 2", "a=1\na=2"]
)
def test_a_parameters_cell_holds_literals_only(tmp_path, cell):
    path = write_notebook(tmp_path / "a.ipynb", parameters=cell)
    with pytest.raises(ValueError, match=r"a\.ipynb|malformed"):
        declared_parameters(path)


@pytest.mark.parametrize(
    "given",
    [
        {"yaer": 2025},
        {"year": "2025"},
        {"year": True},
        {"interactive": 0},
        {"group": 552},
        {"group": None},
        {"x = 1; import os": 1},
    ],
)
def test_unknown_and_mistyped_parameters_are_refused(tmp_path, given):
    path = write_notebook(tmp_path / "a.ipynb")
    with pytest.raises(InputError) as error:
        checked_parameters(path, given)
    assert next(iter(given)) in str(error.value)


def test_all_wrong_parameters_are_named_at_once(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb")
    with pytest.raises(InputError) as error:
        checked_parameters(path, {"yaer": 1, "year": "x", "group": "0552"})
    assert [finding.rule for finding in error.value.findings] == [
        "unknown_parameter", "parameter_type",
    ]  # fmt: skip


def test_values_keep_their_type(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", parameters='code = ""\nshare = 0.5\nany_of = []')
    given = {"code": "0552", "share": 1, "any_of": ["а"]}
    assert checked_parameters(path, given) == given
    with pytest.raises(InputError):
        checked_parameters(path, {"share": float("nan")})


@pytest.mark.parametrize(
    "options",
    [
        {"authority": "../demo"},
        {"authority": "нет"},
        {"year": "2025"},
        {"groups": ["support", "{x}"]},
        {"groups": []},
        {"steps": ["attribute"]},
        {"authority": "nobody"},
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(root, tmp_path, options):
    write_workbook(tmp_path / "nb")
    arguments = {"authority": "demo", "year": 2025} | options
    with pytest.raises(InputError):
        run_year(root, **arguments, notebooks=tmp_path / "nb", progress=lambda line: None)
    assert not (root / "reports").exists()


def test_a_notebook_that_lacks_a_parameter_starts_no_kernel(root, tmp_path):
    folder = write_workbook(tmp_path / "nb")
    write_notebook(folder / "02_segments.ipynb", parameters='authority = ""\nyear = 1')
    with pytest.raises(InputError, match="group"):
        run_year(root, "demo", 2025, notebooks=folder, progress=lambda line: None)
    assert not (root / "reports").exists()


# -------------------------------------------------------------------------- a whole run

INPUT_ERROR = """\
from client_segments.findings import InputError
if group == "control":
    raise InputError("Нет столбца «Возраст».\\nВторое предложение.")
"""
INTERNAL_ERROR = """\
import pandas as pd
pd.Series(["x"]).astype("float64")
"""
TRACES = """\
import os, sys, tempfile
from client_segments.study import default_root
print(repr(authority), repr(group), interactive, default_root(), os.getcwd(), sys.executable)
assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
assert os.environ["IPYTHONDIR"].startswith(tempfile.gettempdir())"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run in which a group fails by its input, the other goes on, and 08 has our own error."""
    base = tmp_path_factory.mktemp("ran")
    root = base / "корень {x}"
    for group in ("control", "support"):
        raw = root / "data" / "demo" / "2025" / group / "raw"
        raw.mkdir(parents=True)
        (raw / "клиенты.csv").write_text("abc", encoding="utf-8")
        (raw / ".hidden.part").write_text("x", encoding="utf-8")
        stale = root / "data" / "demo" / "2025" / group / "work" / "profiles"
        stale.mkdir(parents=True)
        (stale / "profiles.parquet").write_text("old", encoding="utf-8")
    old = root / "reports" / "demo" / "2025" / "steps" / "control" / "03_priorities.html"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    folder = write_workbook(
        base / "nb", attributes=TRACES, segments=INPUT_ERROR, updates=INTERNAL_ERROR
    )
    lines = []
    summary = run_year(
        root, "demo", 2025, groups=["control", "support", "ghost"],
        steps=["attributes", "segments", "priorities", "profiles", "updates"],
        progress=lines.append, notebooks=folder,
    )  # fmt: skip
    return root, summary, lines


def test_each_notebook_has_its_row(ran):
    _, summary, _ = ran
    states = {(row.group, row.step): row.status.value for row in summary.rows}
    assert states == {
        ("control", "attributes"): "done",
        ("control", "segments"): "failed",
        ("control", "priorities"): "skipped",
        ("control", "profiles"): "skipped",
        ("support", "attributes"): "done",
        ("support", "segments"): "done",
        ("support", "priorities"): "done",
        ("support", "profiles"): "done",
        ("ghost", "attributes"): "failed",
        ("ghost", "segments"): "skipped",
        ("ghost", "priorities"): "skipped",
        ("ghost", "profiles"): "skipped",
        ("", "updates"): "failed",
    }
    assert not summary.ok
    assert summary.exit_code == 1


def test_the_reason_is_a_sentence(ran):
    _, summary, _ = ran
    messages = {(row.group, row.step): row.message for row in summary.rows}
    assert messages["control", "segments"] == "Нет столбца «Возраст». Второе предложение."
    assert messages["control", "profiles"] == "остановлено на шаге «02 Сегменты»."
    assert "data/demo/2025/ghost" in messages["ghost", "attributes"]
    assert messages["", "updates"] == (
        "внутренняя ошибка: ошибка ValueError в программе; "
        "см. блокнот reports/demo/2025/steps/08_updates.ipynb."
    )
    text = summary.text()
    assert "Traceback" not in text
    assert "demo 2025, control: готово – 01 Признаки; «02 Сегменты» – не выполнено: Нет" in text
    assert "Выполнено 5 из 13\u00a0блокнотов." in text


def test_progress_counts_every_notebook(ran):
    _, _, lines = ran
    assert len(lines) == 13
    assert lines[-1].startswith("[13/13] demo: 08 Актуализация … не выполнено")
    done = [line for line in lines if "support: 03 Очерёдность исследования … готово, " in line]
    assert len(done) == 1
    assert done[0].endswith("\u00a0с") or done[0].endswith(" с")


def test_executed_notebooks_tell_nothing_of_the_machine(ran):
    root, _, _ = ran
    folder = root / "reports" / "demo" / "2025"
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) == 2 * 7 + 1  # five done, two failed, run.json
    for path in written:
        text = path.read_text(encoding="utf-8")
        for place in (str(root), root.name, sys.prefix, "ipykernel_", "cs-", "papermill"):
            if path.name == "run.json" and place == "papermill":
                continue  # its version is told
            assert place not in text or (place == "cs-" and 'class=\\"cs-' not in text), (
                path, place,
            )  # fmt: skip


def test_parameters_arrive_with_their_types_in_the_right_root(ran):
    root, _, _ = ran
    path = root / "reports" / "demo" / "2025" / "steps" / "support" / "01_attributes.ipynb"
    executed = nbformat.read(path, as_version=4)
    nbformat.validate(executed)
    assert executed.cells[2].metadata.tags == ["injected-parameters"]
    assert executed.cells[2].source.split("\n")[1:] == [
        "authority = 'demo'", "year = 2025", "group = 'support'", "interactive = False",
    ]  # fmt: skip
    assert executed.cells[3].outputs[0].text.startswith("'demo' 'support' False [папка данных] ")


def test_a_failed_notebook_says_so_at_its_top(ran):
    root, _, _ = ran
    steps = root / "reports" / "demo" / "2025" / "steps"
    failed = nbformat.read(steps / "control" / "02_segments.ipynb", as_version=4)
    assert "Шаг не выполнен" in failed.cells[1].source
    page = (steps / "control" / "02_segments.html").read_text(encoding="utf-8")
    assert "Нет столбца «Возраст»." in page
    assert "An Exception" not in page
    internal = (steps / "08_updates.ipynb").read_text(encoding="utf-8")
    assert "ValueError" in internal
    assert "[python]" in internal  # where the library's frames were


def test_nothing_old_passes_for_new(ran):
    root, _, _ = ran
    assert not (root / "reports/demo/2025/steps/control/03_priorities.html").exists()
    assert not (root / "data/demo/2025/control/work/profiles").exists()


def test_the_record_of_the_run(ran):
    root, _, _ = ran
    record = json.loads((root / "reports/demo/2025/run.json").read_text(encoding="utf-8"))
    assert record["seed"] == rec.SEED
    assert record["parameters"]["groups"] == ["control", "support", "ghost"]
    # FIPS 180-2, the published hash of "abc".
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert record["inputs"] == {
        f"data/demo/2025/{group}/raw/клиенты.csv": known for group in ("control", "support")
    }
    assert [entry["status"] for entry in record["notebooks"]].count("done") == 5
    assert record["versions"]["papermill"] == "2.7.0"


# ----------------------------------------------------------------- kernels that misbehave


def test_a_killed_kernel_is_no_success(root, tmp_path):
    folder = write_workbook(
        tmp_path / "nb", attributes="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    report = root / "reports" / "demo" / "2025" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("old", encoding="utf-8")
    summary = run_year(
        root, "demo", 2025, groups=["support"], steps=["attributes", "segments", "report"],
        notebooks=folder, progress=lambda line: None,
    )  # fmt: skip
    assert not report.exists()  # no old report passes for this run's
    assert [row.status for row in summary.rows] == [Status.FAILED, Status.SKIPPED, Status.SKIPPED]
    assert "ядро Python остановилось" in summary.rows[0].message


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return state != "Z"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_ends_workers_and_kernels(root, tmp_path):
    told = tmp_path / "pid"
    source = (
        "import os, pathlib, time\n"
        f"pathlib.Path({str(told)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
        "time.sleep(300)"
    )
    folder = write_workbook(tmp_path / "nb", attributes=source)
    program = (
        "from pathlib import Path; from client_segments.batch import run_year; "
        f"run_year(Path({str(root)!r}), 'demo', 2025, ['support'], notebooks=Path({str(folder)!r}))"
    )
    batch = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while not (told.is_file() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    kernel, worker = map(int, told.read_text().split())
    os.killpg(batch.pid, signal.SIGINT)
    batch.communicate(timeout=20)
    assert batch.returncode != 0
    deadline = time.monotonic() + 10
    while (_alive(kernel) or _alive(worker)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(kernel)
    assert not _alive(worker)
    record = json.loads((root / "reports/demo/2025/run.json").read_text(encoding="utf-8"))
    assert {entry["message"] for entry in record["notebooks"]} == {"прервано."}


def test_a_kernel_that_does_not_start_is_started_once_more(tmp_path, monkeypatch):
    from client_segments.batch import execution

    path = write_notebook(tmp_path / "a.ipynb", "1")
    executed = nbformat.read(path, as_version=4)
    for cell in executed.cells[1:]:
        cell.execution_count = 1
    folders = []

    def attempt(source, output, parameters, config):
        folders.append(config.BatchKernelManager.ip)
        if len(folders) == 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return executed

    monkeypatch.setattr(execution, "_attempt", attempt)
    assert execution.execute(path, {}, tmp_path).problem == ""
    assert len(set(folders)) == 2  # each with sockets of its own
    monkeypatch.setattr(execution, "_attempt", lambda *_: (_ for _ in ()).throw(RuntimeError()))
    assert execution.execute(path, {}, tmp_path).problem == "ядро Python не запустилось"


def test_what_a_failure_quotes_is_no_markup(tmp_path, monkeypatch):
    from client_segments.batch import execution
    from client_segments.pages.notebooks import notebook_html

    path = write_notebook(tmp_path / "a.ipynb", "1")
    failed = nbformat.read(path, as_version=4)
    told = execution.Execution(failed, "найдено: «<img src=x> *a* $b$ [c](d) &lt;»", is_input=True)
    monkeypatch.setattr(execution, "_with_kernel", lambda *_: told)
    html = notebook_html(execution.execute(path, {}, tmp_path).notebook, "Шаг", tmp_path)
    assert "найдено: «&lt;img src=x&gt; *a* $b$ [c](d) &amp;lt;»" in html


def test_a_cell_that_was_not_run_is_no_success(tmp_path, monkeypatch):
    from client_segments.batch import execution

    path = write_notebook(tmp_path / "a.ipynb", "1")
    half = nbformat.read(path, as_version=4)
    half.cells[1].execution_count = 1
    monkeypatch.setattr(execution, "_attempt", lambda *_: half)
    assert execution.execute(path, {}, tmp_path).problem == "выполнены не все ячейки блокнота"


# --------------------------------------------------------------------------- batch.yml


def write_batch(root, text):
    path = root / "data" / "batch.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_batch_file_is_read_strictly(root):
    write_batch(root, "runs:\n- authority: demo\n  year: 2025\n  groups: [support]\n"
                      "- authority: demo\n  year: 2024\n")  # fmt: skip
    first, second = read_batch(root)
    assert (first.authority, first.year, first.groups) == ("demo", 2025, ("support",))
    assert (second.year, second.groups) == (2024, None)


def test_everything_wrong_with_the_batch_file_is_said_at_once(root):
    write_batch(
        root,
        "runs:\n- authority: Demo\n  year: 2025\n- authority: demo\n  year: 25\n"
        "- authority: demo\n  year: 2025\n  group: support\n- demo\n"
        "- authority: demo\n  year: 2025\n  groups: support\n",
    )
    with pytest.raises(InputError) as error:
        read_batch(root)
    places = [finding.cell for finding in error.value.findings]
    assert places == ["строка 2", "строка 5", "строка 8", "строка 9", "строка 12"]


@pytest.mark.parametrize("text", ["", "runs: demo", "runs: []", "runs:\n  - [", "a: 1"])
def test_a_batch_file_without_runs_is_refused(root, text):
    write_batch(root, text)
    with pytest.raises(InputError, match=r"batch\.yml"):
        read_batch(root)


def test_no_batch_file_is_told(root):
    with pytest.raises(InputError, match=r"data/batch\.yml"):
        read_batch(root)


def test_an_entry_that_cannot_run_leaves_a_row(root, tmp_path):
    write_workbook(tmp_path / "nb")
    write_batch(root, "runs:\n- authority: nobody\n  year: 2025\n")
    lines = []
    summary = run_batch(root, lines.append, notebooks=tmp_path / "nb")
    assert [row.status for row in summary.rows] == [Status.FAILED]
    assert "data/nobody/2025" in summary.rows[0].message
    assert lines[0] == "nobody 2025"


def test_a_summary_is_ok_only_if_all_is_done():
    done = Row("demo", 2025, "support", "attributes", Status.DONE, seconds=1.25)
    assert BatchSummary((done,)).ok
    assert BatchSummary((done,)).exit_code == 0
    assert "готово – 01 Признаки (1,2 с)" in BatchSummary((done,)).text()
    assert not BatchSummary(()).ok
