"""A clock that a test sets while a service runs: a library between the service and the machine's clock."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

__all__ = ["Clock"]

_SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The clock of the processes that are started with `environment`: the true one until it is stepped.

    Parameters
    ----------
    folder : Path
        For the library and the file that tells the processes how far their clock is off.
    """

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler is installed, with which a clock is made that can be stepped")
        self._library, self._file = folder / "clock.so", folder / "clock"
        command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(self._library)]
        subprocess.run([*command, str(_SOURCE)], check=True)
        self._file.write_bytes(struct.pack("q", 0))

    @property
    def environment(self) -> dict[str, str]:
        """Variables for the processes whose clock this is."""
        return {"LD_PRELOAD": str(self._library), "CREDENCE_TEST_CLOCK": str(self._file)}

    def step(self, off: timedelta) -> None:
        """Set the clock so far ahead of the true one; behind it where negative."""
        with self._file.open("r+b", buffering=0) as file:
            file.write(struct.pack("q", round(off.total_seconds())))

    @contextmanager
    def stepped(self, off: timedelta) -> Iterator[None]:
        """Have the clock off in a block, and right after it."""
        self.step(off)
        try:
            yield
        finally:
            self.step(timedelta(0))
