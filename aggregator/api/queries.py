"""`/api/v1/query` and `/api/v1/query_range`: a request becomes a question to the engine, its answer Prometheus' JSON."""

import time

from aggregator.api.bodies import encode, success
from aggregator.api.desk import Answering
from aggregator.api.moments import MILLISECOND, NANOSECONDS
from aggregator.api.parameters import Parameters, now
from aggregator.clusters.values import Query as Limits
from aggregator.errors import BadExpression, BadQuery, TimedOut
from aggregator.planning.explain import explained, explanation
from aggregator.query.request import Answer, Request, Timings
from aggregator.series import Steps
from aggregator.telemetry import Telemetry


async def instant(here: Answering, asked: Parameters, telemetry: Telemetry) -> bytes:
    """The answer at one moment."""
    at = asked.moment("time", now()) // MILLISECOND
    request = _request(asked, Steps(at, at, 0), here.config.query)
    try:
        return await _answered(here, asked, request, telemetry)
    except BadExpression as fault:
        raise BadQuery(f'invalid parameter "query": {fault}') from None


async def ranged(here: Answering, asked: Parameters, telemetry: Telemetry) -> bytes:
    """The answer at the steps from start to end."""
    steps = _steps(asked, here.config.query.max_points)
    return await _answered(here, asked, _request(asked, steps, here.config.query), telemetry)


def _steps(asked: Parameters, most: int) -> Steps:
    start, end = asked.required_moment("start"), asked.required_moment("end")
    if end < start:
        raise BadQuery('invalid parameter "end": end timestamp must not be before start time')
    step = asked.duration("step")
    # Prometheus lets a step below a millisecond pass here, and then divides by zero.
    if step < MILLISECOND:
        raise BadQuery(
            'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
            "Try a positive integer"
        )
    if (end - start) // step > most:
        raise BadQuery(
            f"exceeded maximum resolution of {most:,} points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
    return Steps(start // MILLISECOND, end // MILLISECOND, step // MILLISECOND)


def _request(asked: Parameters, steps: Steps, limits: Limits) -> Request:
    timeout = asked.duration("timeout") / NANOSECONDS if asked.first("timeout") else None
    if timeout is not None and timeout <= 0:
        raise TimedOut("query timed out in query execution")
    return Request(
        text=asked.first("query"),
        steps=steps,
        partial=asked.partial(missing=limits.partial_response),
        timeout=timeout,
        limit=asked.limit(),
        lookback_delta=_lookback(asked),
    )


def _lookback(asked: Parameters) -> str | None:
    text = asked.first("lookback_delta")
    if not text:
        return None
    try:
        asked.duration("lookback_delta")
    except BadQuery as fault:
        words = str(fault).removeprefix('invalid parameter "lookback_delta": ')
        raise BadQuery(f"error parsing lookback delta duration: {words}") from None
    return text


async def _answered(here: Answering, asked: Parameters, request: Request, telemetry: Telemetry) -> bytes:
    wants_plan = asked.truth("explain", missing=False)
    started = time.monotonic()
    answer = await here.engine.answer(request)
    missing = {failure.cluster: failure.kind for failure in answer.failed}
    telemetry.answered(answer.plan.lane, time.monotonic() - started, missing)
    plan = _plan(answer, len(here.clusters)) if wants_plan else None
    return success(_data(answer, stats=bool(asked.first("stats"))), answer.warnings, plan, answer.infos)


def _plan(answer: Answer, clusters: int) -> dict[str, object]:
    return {
        "lane": answer.plan.lane,
        "text": explanation(answer.plan, clusters),
        "plan": explained(answer.plan).as_json(),
        "seconds": {"plan": answer.timings.plan, "ask": answer.timings.ask, "evaluate": answer.timings.evaluate},
    }


def _data(answer: Answer, *, stats: bool) -> tuple[bytes, ...]:
    kind = b'{"resultType":"%b","result":' % answer.result_type.encode()
    end = b',"stats":%b}' % encode({"timings": _timings(answer.timings)}) if stats else b"}"
    return (kind, *answer.result, end)


def _timings(spent: Timings) -> dict[str, float]:
    """Under the names that Prometheus has for them; the waiting for clusters is its queue.

    Prometheus also tells `samples`. It is left out: what clusters read to answer they do not tell, and what they send
    passes through unread where it can, so that nobody counts it.
    """
    return {
        "evalTotalTime": spent.ask + spent.evaluate,
        "resultSortTime": 0,
        "queryPreparationTime": spent.plan,
        "innerEvalTime": spent.evaluate,
        "execQueueTime": spent.ask,
        "execTotalTime": spent.plan + spent.ask + spent.evaluate,
    }
