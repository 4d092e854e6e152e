"""One strict run of one notebook through papermill, in a kernel of this very interpreter."""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import papermill
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.translators import PythonTranslator, papermill_translators
from traitlets import Dict, Unicode
from traitlets.config import Config

from client_segments.batch.parameters import checked_parameters
from client_segments.batch.warm import WarmServer
from client_segments.language import _
from client_segments.pages.cleaning import clean_notebook, without_machine_paths
from client_segments.study import ROOT_VARIABLE

KERNEL_NAME = "python3"
CELL_TIMEOUT_SECONDS = 3600
START_TIMEOUT_SECONDS = 120
_START_ATTEMPTS = 2
# Groups already run side by side; and sums come out the same on any number of cores.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_SOCKET_PATH_MAXIMUM = 90  # a Unix socket's path may have 107 bytes
_MARKUP = re.compile(r"[\\`*_\[\]<>|~$&#]")
_PAPERMILL_MARK = "papermill-error-cell-tag"

# papermill tells by its log what we tell by findings and by the summary.
logging.getLogger("papermill").setLevel(logging.CRITICAL)
logging.getLogger("traitlets").setLevel(logging.CRITICAL)


class _LiteralTranslator(PythonTranslator):
    """Writes text as Python does: Cyrillic stays as it is, quotes and line ends are escaped."""

    @classmethod
    def translate_str(cls, val: str) -> str:
        return repr(val)

    @classmethod
    def codify(cls, parameters: Mapping[str, object], comment: str = "") -> str:
        lines = [f"{name} = {cls.translate(value)}" for name, value in parameters.items()]
        return "\n".join([_("# Параметры этого прогона"), *lines])


papermill_translators.register("python", _LiteralTranslator)


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel: that of the interpreter that runs us, whatever is installed elsewhere."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python")


@cache
def _warm_server() -> WarmServer | None:
    """Return this worker's server of warm kernels; None where kernels must start cold."""
    if sys.platform != "linux":
        return None
    server = WarmServer(_ONE_THREAD)
    return server if server.is_ready else None


class _WarmProvisioner(LocalProvisioner):
    """Takes a kernel from the warm server, or starts one as usual."""

    async def launch_kernel(self, cmd: list[str], **options: object) -> dict[str, object]:
        server = _warm_server()
        kernel = None
        if server is not None and server.is_ready:
            arguments = cmd[cmd.index("-f") :]
            kernel = server.start_kernel(arguments, options["env"], options["cwd"])
        if kernel is None:
            return await super().launch_kernel(cmd, **options)
        self.process = kernel
        self.pid = self.pgid = kernel.pid  # the kernel leads a session of its own
        return self.connection_info


class BatchKernelManager(AsyncKernelManager):
    """Starts kernels in a folder and an environment of their own."""

    environment = Dict(config=True)
    folder = Unicode(config=True)

    def __init__(self, **options: object) -> None:
        super().__init__(kernel_spec_manager=_ThisInterpreter(), **options)

    async def start_kernel(self, **options: object) -> None:
        environment = {**os.environ, **self.environment}
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = _WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        await super().start_kernel(env=environment, cwd=self.folder, **options)


@dataclass(frozen=True)
class Execution:
    """What became of one run.

    `notebook` is cleaned of the machine's traces, and None if nothing of it was left.
    `problem` is empty if every cell ran; `is_input` tells whether people can mend it.
    """

    notebook: NotebookNode | None
    problem: str = ""
    is_input: bool = False


def _kernel_config(folder: Path, source: Path, root: Path) -> Config:
    config = Config()
    manager = config.BatchKernelManager
    manager.folder = str(source.parent)
    manager.environment = {
        ROOT_VARIABLE: str(root),
        # A person's own IPython start-up files must not change what the batch computes.
        "IPYTHONDIR": str(folder / "ipython"),
        **_ONE_THREAD,
    }
    manager.connection_file = str(folder / "kernel.json")
    sockets = folder / "kernel"
    if sys.platform != "win32" and len(str(sockets).encode()) <= _SOCKET_PATH_MAXIMUM:
        # Kernels that start at once take one another's TCP ports; these paths are unique.
        manager.transport = "ipc"
        manager.ip = str(sockets)
    return config


def _braces_kept(path: Path) -> str:
    """Return a path for papermill, which evaluates it as a format string."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _attempt(
    source: Path, output: Path, parameters: Mapping[str, object], config: Config
) -> NotebookNode:
    return papermill.execute_notebook(
        _braces_kept(source),
        _braces_kept(output),
        parameters=dict(parameters),
        kernel_name=KERNEL_NAME,
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        start_timeout=START_TIMEOUT_SECONDS,
        execution_timeout=CELL_TIMEOUT_SECONDS,
        kernel_manager_class=BatchKernelManager,
        store_widget_state=False,
        shutdown_kernel="immediate",
        config=config,
    )


def _with_kernel(source: Path, parameters: Mapping[str, object], root: Path) -> Execution:
    """Run once, or twice if the kernel did not start."""
    for attempt in range(_START_ATTEMPTS):
        # A kernel that is being killed may still write to its folder while it is deleted.
        with tempfile.TemporaryDirectory(prefix="cs-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            output = folder / "executed.ipynb"
            try:
                notebook = _attempt(
                    source, output, parameters, _kernel_config(folder, source, root)
                )
            except PapermillExecutionError as error:
                return _failed_cell(nbformat.read(output, as_version=4), error)
            except DeadKernelError:
                return Execution(None, _("ядро Python остановилось; возможно, не хватило памяти"))
            except CellTimeoutError:
                return Execution(None, _("ячейка выполнялась слишком долго"))
            except (RuntimeError, zmq.ZMQError):
                if attempt + 1 == _START_ATTEMPTS:
                    return Execution(None, _("ядро Python не запустилось"))
            else:
                return _finished(notebook)
    raise AssertionError("unreachable: the last attempt returns")


def _finished(notebook: NotebookNode) -> Execution:
    """Believe in success only if every cell with code has its number of execution."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if any(cell.execution_count is None for cell in cells):
        return Execution(notebook, _("выполнены не все ячейки блокнота"))
    return Execution(notebook)


def _failed_cell(notebook: NotebookNode, error: PapermillExecutionError) -> Execution:
    notebook.cells = [
        cell for cell in notebook.cells if _PAPERMILL_MARK not in cell.metadata.get("tags", [])
    ]
    if error.ename == "InputError":
        return Execution(notebook, " ".join(error.evalue.split("\n")), is_input=True)
    return Execution(notebook, _("ошибка {name} в программе").format(name=error.ename))


def _with_notice(notebook: NotebookNode, problem: str) -> NotebookNode:
    """Put what went wrong below the title of the notebook."""
    # The problem may quote what stands in a file: it is text and no markup.
    text = _("**Шаг не выполнен.** {problem}").format(problem=_MARKUP.sub(r"\\\g<0>", problem))
    cell = nbformat.v4.new_markdown_cell(text, id="not-done", metadata={"tags": ["not-done"]})
    notebook.cells.insert(min(1, len(notebook.cells)), cell)
    return notebook


def execute(source: Path, parameters: Mapping[str, object], root: Path) -> Execution:
    """Run a notebook with checked parameters in a kernel of its own.

    Parameters
    ----------
    source
        The notebook; it is not changed.
    parameters
        Values by name, of the types in the notebook's own `parameters` cell.
    root
        The folder that holds `data/` and `reports/`; the kernel finds it in its environment.

    Raises
    ------
    InputError
        If a parameter is unknown or of another type: no kernel is started.
    """
    execution = _with_kernel(source, checked_parameters(source, parameters), root)
    problem = without_machine_paths(execution.problem, root)
    notebook = execution.notebook
    if notebook is not None:
        notebook = clean_notebook(notebook, root)
        if problem:
            notebook = _with_notice(notebook, problem)
    return Execution(notebook, problem, execution.is_input)
