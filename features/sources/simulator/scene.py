"""All that is drawn before the first invoice: days, knobs, and the buyers with what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

from features.sources.simulator.calendar import Calendar
from features.sources.simulator.fates import Fates
from features.sources.simulator.health import Health
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import Floats, Ints, Window

__all__ = ["Scene"]


@dataclass(frozen=True)
class Scene:
    """The scene on which orders, payments and records play."""

    window: Window
    calendar: Calendar
    knobs: Knobs
    profiles: Profiles
    health: Health
    fates: Fates

    def level(self, buyer: Ints, day: Ints) -> Floats:
        """Return the health of these buyers in the months of these days (numbers since 1970)."""
        return self.health.level[buyer, self.window.month_of(day.astype("datetime64[D]"))]
