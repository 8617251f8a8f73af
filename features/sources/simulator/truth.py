"""The truth of a simulated world, apart from its portfolio: in ``truth/``, where no feature can read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.sources.simulator.arrow import ids
from features.sources.simulator.bookings import BILL, INVOICE
from features.sources.simulator.chain import make_chains
from features.sources.simulator.knobs import World, world_text
from features.sources.simulator.lags import OBLIGOR_90, Rules, draw_lags
from features.sources.simulator.ledger import PARTS, Simulated
from features.sources.simulator.orders import Invoices
from features.sources.simulator.scene import Scene
from features.sources.simulator.tables import ITEM_PREFIXES
from features.sources.simulator.truth_default import buyers_truth
from features.sources.simulator.truth_late import LATE_HORIZONS, bills_truth, late_truth
from features.sources.simulator.window import Floats

__all__ = ["TRUTH_FOLDER", "Truth", "truth_of", "write_truth"]

TRUTH_FOLDER = "truth"
"""Folder beside the tables of a portfolio; no table of a portfolio is called so, and none is read from it."""


@dataclass(frozen=True)
class Truth:
    """The true probabilities of a world.

    Parameters
    ----------
    buyers : DataFrame
        ``buyer_id``, ``as_of``, ``true_pd_12m``, ``health``, ``state`` by buyer and month end.
    invoices : DataFrame
        ``invoice_id``, ``instalment``, ``true_p_late_0``, ``true_p_late_30`` as seen at the issue, of the
        invoices and of the bills given for some of them.
    """

    buyers: pd.DataFrame
    invoices: pd.DataFrame


def truth_of(simulated: Simulated, rules: Rules = OBLIGOR_90) -> Truth:
    """Compute the truth of a simulated world.

    Parameters
    ----------
    simulated : Simulated
    rules : Rules
        Of the default definition that is meant.
    """
    scene = simulated.scene
    chains = make_chains(scene.knobs)
    rng = np.random.default_rng(simulated.seed).spawn(len(PARTS))[PARTS.index("truth")]
    parts = (
        (INVOICE, simulated.invoices, late_truth(scene, chains, simulated.invoices)),
        (BILL, simulated.bills, bills_truth(scene, chains, simulated.bills)),
    )
    return Truth(
        buyers_truth(scene, chains, draw_lags(rng, scene, rules), simulated.portfolio.seller.timezone),
        pd.concat([_late_frame(scene, *part) for part in parts], ignore_index=True),
    )


def _late_frame(scene: Scene, series: int, items: Invoices, late: dict[int, Floats]) -> pd.DataFrame:
    told = scene.window.known(items.recorded.astype("datetime64[s]"))
    number = np.arange(1, len(items) + 1)[told]
    columns = {f"true_p_late_{days}": late[days][told] for days in LATE_HORIZONS}
    return pd.DataFrame(
        {"invoice_id": ids(ITEM_PREFIXES[series], number).to_pandas(), "instalment": 1} | columns
    )


def write_truth(truth: Truth, world: World, folder: Path) -> None:
    """Write the truth into ``truth/`` of a portfolio's folder, with the knobs of the world."""
    target = folder / TRUTH_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name, frame in (("buyers", truth.buyers), ("invoices", truth.invoices)):
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), target / f"{name}.parquet")
    (target / "world.toml").write_text(world_text(world), encoding="utf-8")
