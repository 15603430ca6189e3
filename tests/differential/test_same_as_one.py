"""Crosshub over four clusters answers what one Prometheus that holds their series answers."""

import pytest

from tests.differential import cases, cases_aggregations, cases_matching, cases_of_others
from tests.differential.grammar import generated
from tests.differential.judge import Outcome, differences, judge_all
from tests.differential.kinds import KNOWN, kinds_of
from tests.differential.questions import all_ways, at_random
from tests.differential.report import report, shortcomings, table, told

CASES = {**cases.CASES, **cases_aggregations.CASES, **cases_matching.CASES, **cases_of_others.CASES}
GENERATED = 2_500


def test_every_kind_of_node_is_among_the_written_expressions() -> None:
    written = {kind for expressions in CASES.values() for expression in expressions for kind in kinds_of(expression)}

    assert not set(KNOWN) - written


@pytest.mark.parametrize("title", CASES)
async def test_written_expressions_are_answered_as_by_one_prometheus(title: str, union: str, crosshub: str) -> None:
    questions = [question for expression in CASES[title] for question in all_ways(expression)]

    outcomes = await judge_all(questions, union, crosshub)

    _fail_on(outcomes)


async def test_generated_expressions_are_answered_as_by_one_prometheus(
    union: str, crosshub: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = list(at_random(generated(GENERATED, seed), seed))

    outcomes = await judge_all(questions, union, crosshub)

    run = report(outcomes)
    with capsys.disabled():
        print(f"\n\nSame as one Prometheus? Seed {seed}\n\n{table(run)}")
    _fail_on(outcomes)
    assert not list(shortcomings(run))


def _fail_on(outcomes: list[Outcome]) -> None:
    found = list(differences(outcomes))
    if found:
        pytest.fail(f"{len(found)} of {len(outcomes)} answers differ\n\n{told(found[:20])}", pytrace=False)
