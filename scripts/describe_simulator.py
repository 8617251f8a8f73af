"""Writes docs/guides/simulator.md, the guide to `credence data simulate`, with its knobs from the code."""

from __future__ import annotations

from pathlib import Path

from features.sources.simulator.knobs import knob_rows

_TARGET = Path(__file__).parent.parent / "docs" / "guides" / "simulator.md"

_HEAD = """# A portfolio with known truth

Nobody can judge a probability of default without a world in which the true one is known. The simulator
writes such a world: a seller of components, its buyers, and everything that their books show, with the true
probabilities beside it.

```
credence data simulate OUT --buyers 2000 --years 4 --seed 7     a world with the knobs as they come
credence data simulate OUT --world golden                       the frozen world that models are scored in
credence data simulate --print-knobs > world.toml               its knobs as a file, each explained
credence data simulate OUT --knobs world.toml                   a world of your own
```

The same seed and knobs give the same bytes. An unknown knob, or one out of its range, is refused (exit code
2). `--buyers`, `--years` and `--seed` go before what the file of a world says.

## What happens in it

- **Health.** Every buyer has a latent health: a lasting part, and a moving part that is the sum of its own
  ups and downs (members of a group share some), the cycle of its sector and that of the economy, and of hits
  that come out of nothing. A shock to all is a knob, off at first.
- **Failure.** The worse the health, the likelier a buyer stops paying. A quarter of the failures are crises:
  after four to eight months all arrears are paid. Most others end in an insolvency event, some in silence;
  what is left is written off, and an estate may pay a dividend later.
- **Payment.** Punctual invoices are paid with the last run (a weekday, the middle or the end of the month)
  before they are due, some weeks early, some with a discount. How often a buyer is late is its habit: over
  buyers, shares late and days to pay have the deciles that companies report in the statutory UK payment
  practices reports. In distress it is late more often and for longer. A buyer that still pays clears all
  arrears every second month, so that the 90 days of the default definition run only in a failure.
- **Disputes, credits, parts, bounces, bills.** Most disputes have a reason, more of them in distress are a
  pretext. Some late invoices are paid in two parts, some payments bounce, some due dates are moved, buyers
  in CN give bills for long terms.
- **Orders.** The order book tells the orders of the last 180 days, as order systems keep them: open, held,
  delivered, cancelled, each state known from its own time. Every invoice answers an order placed up to three
  weeks before; where the risk is plain, orders are held; who no longer pays is not delivered to. No feature
  reads it.
- **Days.** Invoices are written on working days, more of them on Mondays, and paid on the day of the buyer's
  run, which is no weekend. Bills mature, and crises end, on any day. Public holidays are not known here.
- **Accounts** follow from health and balance: every sum holds, a few are abridged, a few put right later.
- **Hostile, as the trade is.** The seller sees part of the risk: where it is plain, limits are cut, so that
  less is ordered, and collectors call, so that delays are shorter than the health says. Buyers leave before
  they fail. Strong buyers dictate long terms and pay late all the same. Fraud rings pay their first
  invoices, order more and more, and vanish. Group links are missing, wrong or invented at a chosen rate.
- **Knowledge time.** A row shows only what was known then. Some payments are booked weeks late. The end of a
  dispute, a moved due date, the end of a limit, a group link and corrected accounts are later versions.
- **Data errors** come at chosen rates, 0 at first. With 0, `credence data check` finds no contradiction.

## The truth

`OUT/truth/` lies beside the tables and is no table of a portfolio: nothing that computes a feature reads it,
and features are the same, byte for byte, whether it is there or not.

| file | one row | columns |
|---|---|---|
| `buyers.parquet` | buyer and month end | `true_pd_12m`, `health`, `state` (pays, left, stopped, ring) |
| `invoices.parquet` | invoice or bill, as seen at its issue | `true_p_late_0`, `true_p_late_30` |
| `world.toml` | | seed and knobs |

`true_pd_12m` is the probability that the default definition that ships fires within twelve months, given the
latent state at the month end. Moving health is a Markov chain (a sum of autoregressions with one persistence
is again one), so the chance to fail in each of the next twelve months is integrated forward on a grid. The
days from a failure to the default are simulated for every buyer with its own trade, by the definition's own
arithmetic. Three things are approximate: orders after a failure follow the buyer's usual rate, a second
failure within the twelve months is left out, and failures of a shock take as long to the default as others.
`true_p_late_k` is the probability that the invoice is unpaid k days after its due date, integrated over the
health of the month in which it falls due. A bill is paid on the day on which it matures unless its buyer has
failed since it was given. Data errors are not part of the truth: it speaks of what happened, and an invoice
entered twice has a row under its right number only.

**Economy and shock.** The truth is given the latent state at the moment, in which the cycles of sector and
economy, and a shock that has come, stand as far as they have gone. Their future is integrated over: nobody
foresees the cycle, so in one world the realised rate may lie above or below the mean truth, and over worlds
the two agree. `shock_month` and `shock_size` belong to the law of the world like every other knob: the truth
knows them beforehand, so that rates agree with it before, in and after the shock. A model cannot know them:
what it misses in the twelve months before is the shock itself. The golden world has none.

What is true is what could be known of the latent state, which no model sees; a perfect model stays below it.
`python benchmarks/truth.py` trains on the golden world and tells how close ours come.

## Knobs

| knob | default | from | to | meaning |
|---|---|---|---|---|
"""


def text() -> str:
    """Return the page."""
    rows = [
        f"| `{name}` | {value:g} | {low:g} | {high:g} | {meaning} |"
        for name, value, low, high, meaning in knob_rows()
    ]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
