"""Default definitions: versioned YAML that a PD means nothing without."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from credit.rules_file import read_rules

__all__ = ["DefaultDefinition"]


class DefaultDefinition(BaseModel):
    """A default definition: see ``definitions/obligor_90.yaml`` for the meaning of each key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    version: int
    days_past_due: int
    material_amount: float
    material_share: float
    cure_days: int
    event_kinds: list[str]
    write_off: bool
    horizon_months: int
    censor_stopped_buyers: bool
    group_contagion: bool

    @classmethod
    def load(cls, path: Path | None = None) -> DefaultDefinition:
        """Read a definition; the shipped one where no path is given.

        Raises
        ------
        InputError
            The file is missing or no YAML, or a key lacks, is unknown or has a value that is not legal; every
            problem is named.
        """
        file = Path(__file__).parent / "definitions" / "obligor_90.yaml" if path is None else path
        return read_rules(cls, file, "default definition", "credit/definitions/obligor_90.yaml")

    def changed(self, **keys: object) -> DefaultDefinition:
        """Return a definition with other values, under an id of its own, for comparison."""
        told = "_".join(f"{name}_{value}" for name, value in keys.items())
        return self.model_copy(update={**keys, "id": f"{self.id}_{told}"})

    @property
    def hash(self) -> str:
        """Hash of the whole definition."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def tag(self) -> str:
        """Name of the outcome in the registry."""
        return f"default_{self.id}"
