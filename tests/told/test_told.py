"""From what happens to what Slack is sent, through everything that is between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.told.world import World, world

# The long way has been gone on both databases once; each stage of it is tested on both.
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_ANOTHER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def here(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with world(tmp_path, database_url) as made:
        yield made


async def test_a_hub_that_goes_down_and_comes_back_is_told_of_twice(here: World) -> None:
    here.hubs.health["lisbon"] = 502
    await here.until("University of Lisbon (lisbon/prod) is down")

    here.hubs.health["lisbon"] = 200
    await here.until("is back")
    said = await here.in_the_end()

    assert ["is back" in text for text in said] == [False, True]
    assert "41 people had servers there" in said[0]


@ON_ONE
async def test_a_rule_that_turns_true_is_told_of_with_its_value(here: World) -> None:
    here.hubs.servers["oslo"] = 123

    await here.until("servers run on")
    said = await here.in_the_end()

    assert len(said) == 1
    assert "123 servers run on oslo/prod" in said[0]


@ON_ANOTHER
async def test_a_prometheus_that_dies_is_told_of_and_its_hub_is_not_said_to_be_down(here: World) -> None:
    here.hubs.servers["oslo"] = 123
    await here.until("servers run on")

    here.end_prometheus("oslo")
    await here.until("oslo", "etrics")
    said = await here.in_the_end()

    assert not any("is down" in text or "is back" in text for text in said)
    alerts = (await here.crosshub.get("/alerts")).text
    assert "whether it is over is not known" in alerts
