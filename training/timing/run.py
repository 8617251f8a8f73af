"""What training a timing model gives."""

from __future__ import annotations

from credit.timing.model import TimingModel
from training.run import Trained

__all__ = ["TimingRun"]


class TimingRun(Trained[TimingModel]):
    """A trained timing model.

    Its `test` has ``day`` (on which each mature subject closed, from due; infinite where it was open then),
    ``cause``, ``median``, ``low``, ``high`` and ``nominal``; its `evaluation` the same figures by how long
    invoices were open.
    """
