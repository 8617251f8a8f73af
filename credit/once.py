"""A property that is found once, without the lock that `functools.cached_property` takes for every object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["once"]

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801  (read as a decorator)
    """Keep what a method without arguments returns in the object's own dictionary.

    For objects that one thread makes, reads and drops: a call's own. Where it is asked for before it is kept,
    two threads would find it twice.

    Parameters
    ----------
    function : callable

    Examples
    --------
    >>> class Called:
    ...     times = 0
    ...
    ...     @once
    ...     def answer(self):
    ...         self.times += 1
    ...         return 42
    >>> called = Called()
    >>> called.answer, called.answer, called.times
    (42, 42, 1)
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function, self._name = function, function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        found = self._function(instance)
        instance.__dict__[self._name] = found
        return found
