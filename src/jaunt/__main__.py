"""`python -m jaunt`."""

import sys

from jaunt.cli import main

if __name__ == "__main__":
    sys.exit(main())
