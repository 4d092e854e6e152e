"""Entry point of `python -m client_segments`."""

import sys

from client_segments.cli import main

if __name__ == "__main__":
    sys.exit(main())
