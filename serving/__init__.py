"""Answers calls and shows officers why."""

from __future__ import annotations

from serving.compiled import keep_compiled_code
from serving.settings import Settings

_settings = Settings.from_environment()

# Reason: Numba reads its setting when it is imported, and BentoML imports the service by name. The files of a
# Bento never change, and what was compiled from them lies beside them, where Numba looks by itself.
if not _settings.bento.is_dir():
    keep_compiled_code(_settings.home)
