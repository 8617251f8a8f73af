"""The tables of the simulated portfolio: large ones as Arrow tables, small ones as frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from features.money import text_from_minor
from features.sources.simulator.arrow import Rows, coded, dates, ids, instants, money, rows_where
from features.sources.simulator.bookings import INVOICE_KINDS_TOLD
from features.sources.simulator.disputes import REASONS, Disputes
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.groups import told_groups
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.scene import Scene
from features.sources.simulator.settlements import KINDS
from features.sources.simulator.window import (
    Days,
    Flags,
    Ints,
    booked_at,
    days,
    next_business_day,
    to_dates,
    to_instants,
)

__all__ = ["ITEM_PREFIXES", "allocations_table", "buyers_table", "disputes_table", "invoices_table"]

ITEM_PREFIXES = ("INV-", "BIL-", "CRN-", "DBL-")
"""How the ids of the items of each series begin."""


def invoices_table(rows: Rows, scene: Scene) -> pa.Table:
    """Return the table ``invoices`` of what the books know at their end."""
    rows = rows_where(rows, _known(rows["recorded"], scene))
    return pa.table(
        {
            "invoice_id": ids(ITEM_PREFIXES, rows["number"], rows["series"]),
            "instalment": pa.array(np.ones(len(rows["number"]), np.int64)),
            "buyer_id": coded(scene.profiles.buyer_id.tolist(), rows["buyer"]).cast(pa.string()),
            "issued_on": dates(rows["issued"]),
            "due_on": dates(rows["due"]),
            "amount": money(rows["minor"]),
            "currency": coded(list(BASE_RATES), rows["currency"]),
            "kind": coded(INVOICE_KINDS_TOLD, rows["series"]),
            "recorded_at": instants(rows["recorded"]),
        }
    )


def allocations_table(rows: Rows, scene: Scene) -> pa.Table:
    """Return the table ``allocations`` of what the books know at their end."""
    rows = rows_where(rows, _known(rows["recorded"], scene))
    has_item = rows["series"] >= 0
    loose = np.where(has_item, -1, rows["buyer"])
    bill = np.ones(len(loose), np.int64)
    return pa.table(
        {
            "allocation_id": ids("A", np.arange(1, len(loose) + 1)),
            "invoice_id": ids(ITEM_PREFIXES, rows["number"] * has_item, np.maximum(rows["series"], 0)),
            "instalment": pa.array(np.ones(len(loose), np.int64)),
            "buyer_id": coded(scene.profiles.buyer_id.tolist(), loose).cast(pa.string()),
            "currency": coded(list(BASE_RATES), np.where(has_item, -1, rows["currency"])),
            "settled_on": dates(rows["on"]),
            "amount": money(rows["minor"]),
            "kind": coded(KINDS, rows["kind"]),
            "receipt_id": ids("R", rows["receipt"]),
            "successor_id": ids(ITEM_PREFIXES, rows["successor"], bill),
            "recorded_at": instants(rows["recorded"]),
        }
    )


def disputes_table(disputes: Disputes, scene: Scene) -> pd.DataFrame:
    """Return the table ``disputes``: the end of a dispute is a second version, known when it was booked."""
    never = np.full(len(disputes.item), np.datetime64("NaT", "D"))
    resolved = disputes.resolved.astype("datetime64[D]")
    first = _disputes_frame(disputes, never, disputes.raised_at)[_known(disputes.raised_at, scene)]
    second = _disputes_frame(disputes, resolved, disputes.resolved_at)[_known(disputes.resolved_at, scene)]
    return pd.concat([first, second], ignore_index=True)


def _disputes_frame(disputes: Disputes, resolved: Days, recorded: Ints) -> pd.DataFrame:
    count = len(disputes.item)
    return pd.DataFrame(
        {
            "dispute_id": ids("D", np.arange(1, count + 1)).to_pandas(),
            "invoice_id": ids(ITEM_PREFIXES[0], disputes.item + 1).to_pandas(),
            "instalment": 1,
            "raised_on": to_dates(disputes.raised.astype("datetime64[D]")),
            "resolved_on": to_dates(resolved),
            "amount": text_from_minor(disputes.minor, np.full(count, 2)),
            "reason": np.array(REASONS, dtype=object)[disputes.reason],
            "recorded_at": to_instants(recorded.astype("datetime64[s]")),
        }
    )


def buyers_table(rng: np.random.Generator, scene: Scene) -> pd.DataFrame:
    """Return the table ``buyers``; half of the group links become known later, as a second version."""
    profiles = scene.profiles
    recorded = booked_at(rng, profiles.joined, 0)
    group = told_groups(rng, profiles.group, scene.knobs)
    known_later = rng.random(len(profiles)) < 0.5
    first = _buyers_frame(profiles, recorded, np.where(known_later, 0, group))
    told_on = next_business_day(profiles.joined + days(rng.integers(200, 1200, len(profiles))))
    told_later = booked_at(rng, told_on, 0)
    second = _buyers_frame(profiles, told_later, group)
    return pd.concat(
        [first, second[known_later & (group > 0) & scene.window.known(told_later)]], ignore_index=True
    )


def _buyers_frame(profiles: Profiles, recorded: Days, group: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buyer_id": profiles.buyer_id,
            "name": profiles.name,
            "country": profiles.country,
            "industry": profiles.industry,
            "industry_scheme": "NACE",
            "size_class": profiles.size_class,
            "founded_on": to_dates(profiles.founded),
            "natural_person": profiles.natural_person,
            "public_body": profiles.public_body,
            "group_id": np.array([f"G{number:04d}" if number else None for number in group], dtype=object),
            "recorded_at": to_instants(recorded),
        }
    )


def _known(second: Ints, scene: Scene) -> Flags:
    return scene.window.known(second.astype("datetime64[s]"))
