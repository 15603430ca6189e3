"""What is asked of Crosshub, and what it answers, before either is HTTP."""

from typing import Literal

import msgspec

from aggregator.errors import ClusterFailed
from aggregator.planning.plan import Plan
from aggregator.series import Steps

ResultType = Literal["vector", "matrix", "scalar", "string"]


class Request(msgspec.Struct, frozen=True):
    """One PromQL query. An instant query has one step (`Steps(t, t, 0)`).

    `partial`: whether the answer may leave out clusters that fail (it then carries warnings). `timeout`: seconds the
    asker is willing to wait; the configured deadline holds where it is shorter. `limit`: the most series to answer,
    0 for all. `lookback_delta` is passed on to the clusters as it was written.
    """

    text: str
    steps: Steps
    partial: bool = True
    timeout: float | None = None
    limit: int = 0
    lookback_delta: str | None = None


class Timings(msgspec.Struct, frozen=True):
    """Seconds spent: planning, waiting for clusters, evaluating and encoding here."""

    plan: float
    ask: float
    evaluate: float


class Answer(msgspec.Struct, frozen=True):
    """`result` is the JSON text of `data.result`, in pieces, ready to be sent.

    `failed` are the clusters that are missing; `warnings` say so too, among other things. `infos` are what Prometheus
    tells about a query that is no fault.
    """

    result_type: ResultType
    result: tuple[bytes, ...]
    warnings: tuple[str, ...]
    infos: tuple[str, ...]
    failed: tuple[ClusterFailed, ...]
    plan: Plan
    timings: Timings
