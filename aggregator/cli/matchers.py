"""Matchers as they are given on the command line."""

from collections.abc import Sequence

import typer

from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.faults import Unfit


def conditions_of(texts: Sequence[str]) -> tuple[Condition, ...]:
    """The condition in each text; raises BadParameter."""
    return tuple(map(_condition, texts))


def _condition(text: str) -> Condition:
    try:
        return parse_condition(text)
    except Unfit as unfit:
        raise typer.BadParameter(f"{text!r} {unfit}", param_hint="MATCHER") from None
    except ValueError:
        words = f"""{text!r} is no matcher such as 'cluster="lisbon"' or 'severity=~"page|ticket"'"""
        raise typer.BadParameter(words, param_hint="MATCHER") from None
