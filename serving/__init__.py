"""Answers calls and shows officers why."""

from __future__ import annotations

from serving.compiled import keep_compiled_code
from serving.settings import Settings

# Reason: Numba reads its setting when it is imported, and BentoML imports the service by name.
keep_compiled_code(Settings.from_environment().home)
