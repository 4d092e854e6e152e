"""Warm kernels: forked from a process that has imported everything already.

A kernel spends about two seconds on imports, and the batch starts one for every notebook. On
Linux each worker keeps one server that has them done and forks a kernel on request: a process of
its own, with nothing of earlier notebooks in it. Elsewhere, or if the server cannot be trusted
(it has threads, which do not survive a fork), kernels start as usual.

This file is also the server: `python -m client_segments.batch.warm`. It reads one request a line
(JSON: arguments, environment, folder); the forked kernel answers with the number of its process.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

READY = "ready"
# pyarrow's allocator would start a thread of its own when it is imported.
_NO_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
_STANDARD_STREAMS = (0, 1, 2)


class WarmServer:
    """The server as its worker sees it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment, **_NO_THREADS},
            text=True,
        )
        atexit.register(self.close)
        self.is_ready = self._answer() == READY

    def _answer(self) -> str:
        return self._process.stdout.readline().strip()

    def start_kernel(
        self, arguments: list[str], environment: Mapping[str, str], folder: str
    ) -> ForkedKernel | None:
        """Return a new kernel, or None if the server is gone."""
        request = {
            # The kernel watches the process that forked it, and ends when that is gone.
            "arguments": [*arguments, f"--IPKernelApp.parent_handle={self._process.pid}"],
            "environment": dict(environment),
            "folder": folder,
        }
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            number = self._answer()
        except OSError:
            number = ""
        if not number:
            self.is_ready = False
            return None
        return ForkedKernel(int(number))

    def close(self) -> None:
        """End the server; a kernel that lost it ends by itself."""
        with contextlib.suppress(BrokenPipeError):  # it was killed, and a request is left unsent
            self._process.stdin.close()
        self._process.wait()


class ForkedKernel:
    """A forked kernel with the manners of `subprocess.Popen`; its server has buried it when it ends."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return None while the process lives, then 0: how it ended only the server could know."""
        if self.returncode is None:
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                self.returncode = 0
        return self.returncode

    def wait(self) -> int | None:
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _import_everything() -> None:
    import ipykernel.ipkernel
    import ipykernel.kernelapp  # noqa: F401
    import openpyxl  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import scipy.sparse
    import scipy.special
    import scipy.stats  # noqa: F401

    import client_segments.widgets
    import client_segments.workbook  # noqa: F401


def _threads_count() -> int:
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - also threads that Python did not start


def _become_kernel(request: Mapping[str, Any]) -> None:
    """Turn the forked process into the kernel that was asked for."""
    os.setsid()
    print(os.getpid(), flush=True)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in _STANDARD_STREAMS:
        os.dup2(nothing, stream)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(request["arguments"])


def serve() -> None:
    """Fork a kernel for every line of standard input, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave no zombies
    _import_everything()
    if _threads_count() > 1:
        return
    gc.collect()
    gc.freeze()  # what is imported stays shared with the kernels
    print(READY, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if os.fork() == 0:
            _become_kernel(request)
            os._exit(0)


if __name__ == "__main__":
    serve()
