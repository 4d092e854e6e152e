"""Warm kernels: as good as cold ones, and alone."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from client_segments.batch import execution
from client_segments.batch.warm import WarmServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

CELLS = (
    "name = 'а'  # имя",
    "import pandas as pd\nimport client_segments.language as language",
    "print(len(vars(language).get('MARK', '')))\nlanguage.MARK = 'след'",
    "from client_segments import charts\npd.DataFrame({'доля': [1.5, None], 'код': ['0552', name]})",
    "frame = pd.DataFrame({'a': ['x', 'y'], 'n_count': [3, 4]})\n"
    "charts.bar_chart(frame, 'a', 'n_count', title='Т', value_title='Ч', description='О')",
)


@pytest.fixture
def notebook(tmp_path) -> Path:
    cells = [
        {
            "cell_type": "code", "id": f"c{number}", "execution_count": None, "outputs": [],
            "metadata": {"tags": ["parameters"]} if number == 0 else {}, "source": source,
        }
        for number, source in enumerate(CELLS)
    ]  # fmt: skip
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": spec, "language_info": {"name": "python"}},
    }  # fmt: skip
    path = tmp_path / "warm.ipynb"
    path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.fixture(scope="module")
def server():
    server = WarmServer({"OPENBLAS_NUM_THREADS": "1"})
    yield server
    server.close()


def run(monkeypatch, server, notebook):
    monkeypatch.setattr(execution, "_warm_server", lambda: server)
    finished = execution.execute(notebook, {"name": "б"}, notebook.parent)
    assert finished.problem == ""
    return [cell.get("outputs") for cell in finished.notebook.cells]


def test_warm_and_cold_kernels_give_the_same_outputs(monkeypatch, server, notebook):
    assert server.is_ready
    assert run(monkeypatch, server, notebook) == run(monkeypatch, None, notebook)


def test_a_kernel_has_nothing_of_the_one_before(monkeypatch, server, notebook):
    for _turn in range(2):
        outputs = run(monkeypatch, server, notebook)
        assert outputs[-3][0]["text"] == "0\n"


def test_without_its_server_a_kernel_starts_cold(monkeypatch, notebook):
    gone = WarmServer({"OPENBLAS_NUM_THREADS": "1"})
    gone._process.kill()
    gone._process.wait()
    outputs = run(monkeypatch, gone, notebook)
    assert outputs[-3][0]["text"] == "0\n"
    assert not gone.is_ready


def test_a_kernel_ends_with_its_server(tmp_path):
    server = WarmServer({"OPENBLAS_NUM_THREADS": "1"})
    kernel = server.start_kernel(
        ["-f", str(tmp_path / "kernel.json")], {"HOME": str(tmp_path)}, str(tmp_path)
    )
    assert kernel.poll() is None
    server.close()
    deadline = time.monotonic() + 20
    while kernel.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernel.poll() == 0
