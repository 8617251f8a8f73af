"""How the sweeps are compiled."""

from __future__ import annotations

from typing import Any

from numba import njit

__all__ = ["inlined", "kernel", "outermost"]

outermost: Any = njit(nogil=True, cache=True)
"""For the functions that Python calls and that make the room in which the others work."""

kernel: Any = njit(nogil=True, cache=True, _nrt=False)  # type: ignore[call-overload]
"""For functions that allocate nothing: without reference counts, of which each access to an array in a named
tuple would cost an atomic one (measured: 10 to 60 times slower)."""

inlined: Any = njit(nogil=True, cache=True, _nrt=False, forceinline=True)  # type: ignore[call-overload]
"""For the innermost of them: handing over a named tuple of twenty arrays costs more than what they do."""
