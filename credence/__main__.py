"""``python -m credence``."""

from __future__ import annotations

from credence.cli import main

main()
