"""An analyst opens JupyterLab, runs a notebook and saves a decision: in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from client_segments import attributes
from client_segments.study import REPOSITORY, open_study

pytestmark = pytest.mark.browser

TOKEN = "only-for-this-test"  # the server listens to this machine, for a minute
GROUP = "staff"
TYPED = "Новички <b>первого</b> года"
CURRENT = "window.jupyterapp?.shell?.currentWidget"
IS_READY = f"""() => {{
  const kernel = {CURRENT}?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle'
    && {CURRENT}.content?.model?.cells?.length > 5;
}}"""
IS_DONE = f"""() => [...{CURRENT}.content.model.cells]
  .filter(cell => cell.type === 'code').every(cell => cell.executionCount !== null)"""
STARTING_SECONDS = 30
RUNNING_MILLISECONDS = 45_000


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def root(chromium_path, tmp_path_factory) -> Path:
    """Return a copy of the demo's smallest group with step 1 done, and of the notebooks."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(REPOSITORY / "data" / "catalogue", root / "data" / "catalogue")
    place = Path("data", "demo", "2025", GROUP)
    shutil.copytree(
        REPOSITORY / place, root / place, ignore=shutil.ignore_patterns("work", "truth")
    )
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    notebook = root / "notebooks" / "02_segments.ipynb"
    text = notebook.read_text("utf-8")
    notebook.write_text(text.replace('group = \\"support\\"', f'group = \\"{GROUP}\\"'), "utf-8")
    attributes.run(open_study("demo", 2025, GROUP, "attributes", root))
    return root


@pytest.fixture(scope="module")
def address(root) -> str:
    """Start JupyterLab as `python -m client_segments lab` does; end what was started."""
    port = free_port()
    folders = {
        name: str(root / name.lower())
        for name in (
            "HOME",
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
        )
    }
    for folder in folders.values():
        Path(folder).mkdir()
    log = (root / "lab.log").open("w", encoding="utf-8")
    command = [
        sys.executable, "-m", "client_segments", "lab", "--root", str(root), "--",
        "--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, **folders}, stdout=log, stderr=log, start_new_session=True
    )
    try:
        deadline = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                url = f"http://127.0.0.1:{port}/api/status?token={TOKEN}"
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                log_text = (root / "lab.log").read_text("utf-8")
                assert process.poll() is None and time.monotonic() < deadline, log_text
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # its own session: the server and its kernels
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


@pytest.fixture(scope="module")
def page(address, browser):
    context = browser.new_context(viewport={"width": 1400, "height": 2000})
    page = context.new_page()
    page.requested = []
    page.on("request", lambda request: page.requested.append(request.url))
    yield page
    context.close()


def test_a_stranger_is_not_let_in(address):
    with pytest.raises(OSError, match="403"):
        urllib.request.urlopen(f"{address}/api/contents", timeout=5)


def test_terminals_are_off(address):
    with pytest.raises(OSError, match="404"):
        urllib.request.urlopen(f"{address}/api/terminals?token={TOKEN}", timeout=5)


def test_an_analyst_saves_a_decision(page, address, root):
    path = root / "data" / "demo" / "2025" / GROUP / "decisions" / "segments.yml"
    before = path.read_text("utf-8")
    page.goto(f"{address}/lab/tree/notebooks/02_segments.ipynb?reset&token={TOKEN}")
    page.wait_for_function(IS_READY, timeout=RUNNING_MILLISECONDS)
    assert page.locator("text=Файл").first.is_visible()  # the interface is Russian
    assert page.locator("text=/news|новост/i").count() == 0
    page.evaluate("{window.jupyterapp.commands.execute('notebook:run-all-cells'); 0}")
    page.wait_for_function(IS_DONE, timeout=RUNNING_MILLISECONDS)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    editor = page.locator(".jp-OutputArea-output:has(button:has-text('Сохранить решение'))").first
    editor.get_by_title("Развернуть").first.focus()
    page.keyboard.press("Enter")  # whoever has no mouse decides as well
    name = editor.get_by_label("Название").first
    name.fill(TYPED)
    name.press("Tab")
    editor.locator("button:has-text('Сохранить решение')").click()
    editor.locator("text=Сохранено в data/demo").wait_for(timeout=10_000)
    after = path.read_text("utf-8")
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [
        f"  name: {TYPED}"
    ]
    tables = page.locator("table.cs-table")
    tables.first.wait_for()
    chart = page.locator(".js-plotly-plot .main-svg").first
    page.locator(".jp-RenderedPlotly, .js-plotly-plot").first.scroll_into_view_if_needed()
    chart.wait_for(timeout=10_000)
    assert chart.bounding_box()["height"] > 100
    outside = [url for url in page.requested if not url.startswith((address, "data:", "blob:"))]
    assert outside == []


def test_what_was_shown_is_not_saved_in_the_notebook(page, root):
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook = root / "notebooks" / "02_segments.ipynb"
    original = REPOSITORY / "notebooks" / "02_segments.ipynb"
    text = notebook.read_text("utf-8")
    assert "Новички" not in text
    expected = original.read_text("utf-8").replace('\\"support\\"', f'\\"{GROUP}\\"')
    assert text == expected
