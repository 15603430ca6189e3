"""For series of many shapes, alerts are pending and fire at the minutes at which those of a real Prometheus do."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from aggregator.events.values import Alert, State, labels_of
from aggregator.rules.state import Over, Seen, step
from tests.rules.looks import terms
from tests.rules.promtool import verdict

# Minute by minute: whether the condition is true. `.` is a series that has no sample and is gone.
SHAPES = {
    "always": "1" * 30,
    "never": "0" * 30,
    "once": "000100000000000000000000000000",
    "two in a row": "001100000000000000000000000000",
    "four in a row": "000111100000000000000000000000",
    "long, then over": "011111111111111100000000000000",
    "every other": "01" * 15,
    "two of three": "110" * 10,
    "a dip of one": "111111110111111111111111111111",
    "a dip of three": "111111110001111111000111110000",
    "gone for four": "111111....1111111100000000....",
    "gone at the end": "0011111111111111..............",
    "late": "000000000000000000000000000111",
    "short breaks": "111110111110111110111110111110",
}
HOLDS, KEEPS = (0, 1, 3, 7), (0, 1, 2, 5)
MINUTES = range(30)


@pytest.mark.parametrize("hold", HOLDS)
def test_alerts_are_in_the_states_that_promtool_finds(tmp_path: Path, hold: int) -> None:
    rules = [
        {
            "alert": f"A{keep}",
            "expr": "x > 0",
            "labels": {"keep": f"{keep}"},
            **({"for": f"{hold}m"} if hold else {}),
            **({"keep_firing_for": f"{keep}m"} if keep else {}),
        }
        for keep in KEEPS
    ]

    ours = {(shape, keep): list(_states(SHAPES[shape], hold, keep)) for shape, keep in product(SHAPES, KEEPS)}

    assert verdict(tmp_path, rules, [_test_of(ours)]) == ""
    assert {alert.state for states in ours.values() for alert in states if alert} > {State.FIRING, State.RESOLVED}


def _states(shape: str, hold: int, keep: int) -> Iterator[Alert | None]:
    """The alert after each minute's look."""
    alert = None
    labels = labels_of({"shape": shape})
    for minute in MINUTES:
        alert, _ = step(alert, Seen(labels, (), 1.0) if shape[minute] == "1" else Over(), terms(minute, hold, keep))
        yield alert


def _test_of(ours: dict[tuple[str, int], list[Alert | None]]) -> dict[str, Any]:
    series = [
        {"series": f'x{{shape="{shape}"}}', "values": " ".join(text.replace(".", "s")).replace("s", "stale")}
        for shape, text in SHAPES.items()
    ]
    asked = [
        {"expr": expr, "eval_time": f"{minute}m", "exp_samples": list(_expected(ours, minute, since=since))}
        for minute in MINUTES
        for expr, since in (("ALERTS", False), ("ALERTS_FOR_STATE", True))
    ]
    return {"interval": "1m", "input_series": series, "promql_expr_test": asked}


def _expected(ours: dict[tuple[str, int], list[Alert | None]], minute: int, *, since: bool) -> Iterator[dict[str, Any]]:
    """What Prometheus should tell of each alert, if ours are right: its state, or since when it is active."""
    for (shape, keep), alerts in ours.items():
        alert = alerts[minute]
        if alert is None or alert.state is State.RESOLVED:
            continue
        labels = {"alertname": f"A{keep}", "keep": f"{keep}", "shape": shape}
        if since:
            active = (alert.active_at - terms(0).now).total_seconds()
            yield {"labels": _written("ALERTS_FOR_STATE", labels), "value": active}
        else:
            state = "pending" if alert.state is State.PENDING else "firing"
            yield {"labels": _written("ALERTS", labels | {"alertstate": state}), "value": 1}


def _written(name: str, labels: dict[str, str]) -> str:
    return f"{name}{{{', '.join(f'{key}={value!r}' for key, value in labels.items())}}}"
