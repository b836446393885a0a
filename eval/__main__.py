"""`python -m eval SUITE…` is `lineage eval SUITE…`."""

from __future__ import annotations

import sys

from lineage.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["eval"]
    main()
