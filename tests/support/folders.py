"""Where the repository and its tests stand."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SUPPORT = Path(__file__).resolve().parent
"""The folder of the modules that tests share; children find them with it on their path."""
