"""Entry point of `python -m client_segments.demo`: writes the made-up authority again."""

from __future__ import annotations

import argparse
from pathlib import Path

from client_segments import recommendations as rec
from client_segments.demo.authority import write_authority
from client_segments.language import _
from client_segments.study import default_root


def main() -> None:
    """Write the authority into the folder that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m client_segments.demo", description=_("Порождает вымышленный орган власти.")
    )
    parser.add_argument("--folder", type=Path, default=default_root() / "data" / "demo")
    parser.add_argument("--seed", type=int, default=rec.SEED)
    options = parser.parse_args()
    write_authority(options.folder, options.seed)
    print(_("Записано: {folder}").format(folder=options.folder))


if __name__ == "__main__":
    main()
