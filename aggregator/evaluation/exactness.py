"""Where the last bit of a sum decides: close to a discontinuity the query has to be computed without partial sums."""

import numpy as np

from aggregator.series import Bools, Floats, Grid, Scalar

CLOSE = 1e-12
"""Relative distance up to which two numbers may be the same one, added up in another order."""

CANCELLED = 1e-4
"""A difference this much smaller than its operands has lost more digits than answers may differ in."""

WHOLE = 2.0**43
"""Below this sums of whole numbers are exact, in whatever order."""


class NeedsExact(Exception):
    """The answer depends on the last bits of a partial sum; the query is to be planned with `exact`."""


def near(left: Floats, right: Floats) -> Bools:
    """Whether two numbers could be equal but for rounding; equal ones are."""
    distance = np.abs(left - right)
    return (distance <= CLOSE * np.maximum(np.abs(left), np.abs(right))) & (distance < np.inf)


def cancelled(result: Floats, left: Floats, right: Floats) -> Bools:
    """Whether a sum or difference has lost so many digits that rounding shows."""
    return np.abs(result) < CANCELLED * np.maximum(np.abs(left), np.abs(right))


def demand_exact_quantile(q: Scalar) -> None:
    """Raise NeedsExact where rounding decides whether a quantile lies within 0 to 1, or is infinite."""
    demand_exact((np.abs(q.values) <= CLOSE) | (np.abs(q.values - 1) <= CLOSE), exact=q.exact)


def demand_exact(doubtful: Bools, *, exact: bool) -> None:
    """Raise NeedsExact when any of the places is doubtful and what they were computed from is not exact."""
    if not exact and bool(doubtful.any()):
        raise NeedsExact


def are_whole(grid: Grid) -> bool:
    """Whether all values are whole numbers small enough that sums of them are exact in every order."""
    values = grid.values if grid.present.all() else grid.values[grid.present]
    if not values.size:
        return True
    return bool((np.abs(values).max() < WHOLE) and (values == np.rint(values)).all())
