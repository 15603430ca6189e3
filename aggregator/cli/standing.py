"""`crosshub rollup status`: what there is of each hub, day by day, and what is lacking."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from aggregator.cli.hubs import chosen_hubs
from aggregator.cli.standing_words import Standing, in_words, of_hub, of_new_hub
from aggregator.clusters.values import Config
from aggregator.rollups.buckets import Bucket, Resolution, holding, numbered
from aggregator.rollups.catalogue import About
from aggregator.rollups.standing_rows import reach_of, standing_of, when_asked
from aggregator.rollups.subject_rows import Known, known_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.store.instants import milliseconds, utc_now
from aggregator.store.migrating import database_there


def show_standing(config: Config, hubs: Sequence[str], days: int) -> None:
    """Prints the last days of the hubs, how they stand in words, and how to get what was not asked for."""
    named = [each for each in subjects(config) if each.about is About.HUB]
    found, new = asyncio.run(_read(config, named, hubs, days))
    for each in found:
        print("\n".join(of_hub(each)), end="\n\n")
    for hub in new:
        print(of_new_hub(hub), end="\n\n")
    print("\n".join(in_words(found, new, utc_now().date(), days)))


async def _read(
    config: Config, named: Sequence[Subject], hubs: Sequence[str], count: int
) -> tuple[list[Standing], tuple[Subject, ...]]:
    now = milliseconds(utc_now())
    async with database_there(config.database) as database, database.reading() as connection:
        known = [each for each in await known_subjects(connection) if each.about is About.HUB]
        keys = {each.key for each in known}
        there: list[Known | Subject] = [*known, *(each for each in named if each.key not in keys)]
        chosen = chosen_hubs(there, hubs)
        asked = await when_asked(connection)
        found = []
        for hub in chosen:
            if isinstance(hub, Known):
                days = _last_days(ZoneInfo(hub.zone), count, now)
                standing = await standing_of(connection, hub, days, asked, now)
                found.append(Standing(hub, await reach_of(connection, hub.id, Resolution.DAY, seen=True), standing))
    return found, tuple(each for each in chosen if isinstance(each, Subject))


def _last_days(zone: ZoneInfo, count: int, now: int) -> list[Bucket]:
    """The days up to the one that it is in the zone."""
    today = holding(Resolution.DAY, now, zone).number
    return [numbered(Resolution.DAY, today - back, zone) for back in reversed(range(count))]
