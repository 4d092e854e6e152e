"""Cleaning and masking of many texts on all cores: nothing goes through a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from client_segments.texts.cleaning import clean
from client_segments.texts.masking import mask

_TEXTS_ALONE = 10_000
"""Own: texts up to which a second interpreter, with its dictionaries, costs more than it gives."""
_WORKERS_MAXIMUM = 4


def prepare(texts: Sequence[str]) -> list[str]:
    """Return the texts cleaned and masked, in their order.

    Many texts are shared out among helper interpreters that are given their part by a pipe, so
    that raw texts lie in no file. A part that a helper could not do is done here.
    """
    workers = min(_WORKERS_MAXIMUM, os.cpu_count() or 1)
    if len(texts) <= _TEXTS_ALONE or workers < 2:
        return [mask(clean(text)) for text in texts]
    parts = [list(texts[number::workers]) for number in range(workers)]
    with ThreadPoolExecutor(workers - 1) as pool:
        waiting = [pool.submit(_prepare_elsewhere, part) for part in parts[1:]]
        done = [[mask(clean(text)) for text in parts[0]]]
        for part, answer in zip(parts[1:], waiting, strict=True):
            prepared = answer.result()
            done.append(prepared or [mask(clean(text)) for text in part])
    result = [""] * len(texts)
    for number, prepared in enumerate(done):
        result[number::workers] = prepared
    return result


def _prepare_elsewhere(texts: list[str]) -> list[str] | None:
    """Let another interpreter prepare the texts; None if it could not."""
    command = [sys.executable, "-m", __name__]
    try:
        helper = subprocess.run(
            command, input=json.dumps(texts).encode(), capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    prepared = json.loads(helper.stdout)
    return prepared if len(prepared) == len(texts) else None


if __name__ == "__main__":
    json.dump([mask(clean(text)) for text in json.load(sys.stdin.buffer)], sys.stdout)
