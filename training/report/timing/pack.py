"""The validation pack of a timing model as one object of JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from features.build import Packed
from training.registry import Registry
from training.report.beside_late import beside_late, champion_of
from training.report.changes import changes_of
from training.report.definition import steps_of
from training.report.identity import identity_of, sign_off_of
from training.report.lineage import lineage_section
from training.report.study import People
from training.report.timing.features import features_of
from training.report.timing.issues import issues_of
from training.report.timing.limits import limits_of
from training.report.timing.monitoring import monitoring_of
from training.report.timing.parity import parity_of
from training.report.timing.performance import performance_of, receipts_of
from training.report.timing.purpose import definition_of, purpose_of
from training.report.timing.sections import TimingPack
from training.report.timing.stability import stability_of_dates
from training.report.timing.study import TimingStudy
from training.versions import Version

__all__ = ["timing_pack_of"]

_FORMAT = 1


def timing_pack_of(
    registry: Registry,
    version: Version,
    packed: Packed,
    *,
    people: People,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the numbers of the validation pack of a version of the timing model.

    Parameters
    ----------
    registry, version, packed, people, say
        As for `training.report.pack.pack_of`.

    Returns
    -------
    dict
        As `training.report.timing.sections.TimingPack`.

    Raises
    ------
    InputError
        As for `training.report.pack.pack_of`.
    """
    study = TimingStudy.of(registry, version, packed, people, say)
    say("measuring the test")
    performance = performance_of(study)
    receipts = receipts_of(study)
    say("features")
    features = features_of(study)
    say("the late model beside it")
    late = champion_of(registry, "late")
    pack = {
        "format": _FORMAT,
        "identity": identity_of(study),
        "purpose": purpose_of(study),
        "lineage": lineage_section(study),
        "waterfall": steps_of(study.sample.waterfall),
        "definition": definition_of(study),
        "features": features,
        "performance": performance,
        "receipts": receipts,
        "late": None if late is None else beside_late(registry, packed, version, late),
        "stability": stability_of_dates(study),
        "parity": parity_of(study),
        "monitoring": monitoring_of(study),
        "changes": changes_of(study),
        "sign_off": sign_off_of(people),
    }
    whole = {**pack, "limits_of_use": limits_of(study, pack), "issues": issues_of(pack)}
    return TimingPack.model_validate(whole).model_dump(mode="json")
