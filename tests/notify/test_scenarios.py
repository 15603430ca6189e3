"""The same scenarios by Crosshub's job on a simulated clock, and by the real Alertmanager."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from aggregator.store.database import open_database
from tests.databases import BOTH, database_with_tables
from tests.notify import ours, theirs
from tests.notify.scenario import Scenario, Told
from tests.notify.table import DIFFERENT, SCENARIOS

ALL = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
# Crosshub's clock ticks each quarter, Alertmanager's is this machine's.
OURS, THEIRS = 0.3, 1.0

Heard = dict[str, list[Told]]


@pytest.fixture(scope="module", params=BOTH)
def heard_here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """What Crosshub tells in each scenario."""
    heard: Heard = {}

    async def play(url: str, *, restart: bool) -> None:
        async with open_database(url) as database:
            heard.update(await ours.played(tuple(each for each in SCENARIOS if each.restart is restart), database))

    for restart in (False, True):
        with database_with_tables(request, tmp_path_factory.mktemp("scenarios")) as url:
            asyncio.run(play(url, restart=restart))
    return heard


@pytest.fixture(scope="module")
def heard_there(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """What Alertmanager tells in each scenario."""
    return asyncio.run(theirs.played(SCENARIOS, tmp_path_factory.mktemp("alertmanager")))


@ALL
def test_crosshub_tells_what_is_wanted_and_why(scenario: Scenario, heard_here: Heard) -> None:
    told = heard_here[scenario.name]

    assert said(told) == said(scenario.wanted)
    assert reasons(told) == reasons(scenario.wanted)
    assert times(told) == pytest.approx(times(scenario.wanted), abs=OURS)


@ALL
def test_alertmanager_tells_the_same_at_the_same_time(scenario: Scenario, heard_there: Heard) -> None:
    wanted = scenario.wanted if scenario.theirs is None else scenario.theirs

    told = heard_there[scenario.name]

    assert said(told) == said(wanted)
    assert times(told) == pytest.approx(times(wanted), abs=THEIRS)


@pytest.mark.parametrize("heard_here", ["sqlite"], indirect=True)
def test_groups_are_called_as_alertmanager_calls_them(heard_here: Heard, heard_there: Heard) -> None:
    alike = [scenario.name for scenario in SCENARIOS if scenario not in DIFFERENT]

    groups = {name: Counter(told.group for told in heard_here[name]) for name in alike}

    assert groups == {name: Counter(told.group for told in heard_there[name]) for name in alike}


def test_every_deliberate_difference_has_its_reason() -> None:
    assert all(scenario.why and scenario.theirs is not None for scenario in DIFFERENT)
    assert not any(scenario.why for scenario in SCENARIOS if scenario not in DIFFERENT)


def said(told: Sequence[Told]) -> list[tuple[str, list[str], list[str]]]:
    """What was said, in its order; of what is said at one time the order is nobody's."""
    return [(one.status, sorted(one.firing), sorted(one.resolved)) for one in _ordered(told)]


def reasons(told: Sequence[Told]) -> list[object]:
    return [one.reason for one in _ordered(told)]


def times(told: Sequence[Told]) -> list[float]:
    return sorted(one.at for one in told)


def _ordered(told: Sequence[Told]) -> list[Told]:
    return sorted(told, key=lambda one: (round(one.at * 2 / 3), sorted(one.firing), sorted(one.resolved)))
