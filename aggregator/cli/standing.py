"""`crosshub rollup status`: what there is of each hub, day by day, and what is lacking."""

import asyncio
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.app import keeping
from aggregator.cli.found import number
from aggregator.cli.hubs import chosen_hubs, name_of
from aggregator.clusters.values import Config
from aggregator.errors import printable
from aggregator.rollups.buckets import Bucket, Resolution, holding, numbered
from aggregator.rollups.catalogue import About, Measure
from aggregator.rollups.duties import utc_now
from aggregator.rollups.standing import SEEN, Day, State, always_lacking, now_and_then_lacking
from aggregator.rollups.standing_rows import Reach, reach_of, standing_of, when_asked
from aggregator.rollups.subject_rows import Known, known_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.store.instants import milliseconds

WIDTH = 80
HEAD = "  day              seen    people  lacking"


@dataclass(frozen=True, slots=True)
class Standing:
    """One hub, how far it reaches, and its last days."""

    hub: Known
    reach: Reach | None
    days: tuple[Day, ...]


def show_standing(config: Config, hubs: Sequence[str], days: int) -> None:
    """Prints the last days of the hubs, and how to get what was not asked for."""
    named = [each for each in subjects(config) if each.about is About.HUB]
    found, new = asyncio.run(_read(config, named, hubs, days))
    for each in found:
        print("\n".join(_of_hub(each)), end="\n\n")
    for hub in new:
        print(f"{printable(name_of(hub))}   {hub.zone.key}   nothing is kept yet", end="\n\n")
    print("\n".join(_to_do(found, new, days)))


async def _read(
    config: Config, named: Sequence[Subject], hubs: Sequence[str], count: int
) -> tuple[list[Standing], tuple[Subject, ...]]:
    now = milliseconds(utc_now())
    async with keeping(config.database) as kept, kept.database.reading() as connection:
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


def _of_hub(standing: Standing) -> Iterator[str]:
    hub, ephemeral = standing.hub, standing.hub.ephemeral
    gone = "   no longer in the configuration" if hub.gone else ""
    yield f"{printable(name_of(hub))}   {hub.zone}   {_reach(standing.reach)}{gone}"
    yield HEAD.replace("  people", "sessions") if ephemeral else HEAD
    always = always_lacking(standing.days, ephemeral=ephemeral)
    for state, days in groupby(standing.days, key=lambda day: day.state):
        some = list(days)
        if state in SEEN:
            for day in some:
                yield from _of_day(day, always, ephemeral=ephemeral)
        else:
            yield f"  {_from_to(some)}   {state}{f' ({len(some)} days)' if len(some) > 1 else ''}"
    yield from _of_all_days(always)
    if ephemeral:
        yield "  Accounts are made for each session here, so there are sessions and no people."


def _of_day(day: Day, always: Sequence[Measure], *, ephemeral: bool) -> Iterator[str]:
    counted = day.numbers.get("sessions" if ephemeral else "people")
    people = "lacking" if counted is None else number(str(counted))
    some = ", ".join(each.name for each in now_and_then_lacking(day, always, ephemeral=ephemeral)) or "-"
    start = f"  {_date(day.date)}  {_percent(day.share):>5}  {people:>8}  "
    yield from textwrap.wrap(some, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _of_all_days(always: Sequence[Measure]) -> Iterator[str]:
    if not always:
        return
    yield "  lacking on every day:"
    for by, some in groupby(sorted(always, key=lambda each: each.by), key=lambda each: each.by):
        names = ", ".join(each.name for each in some)
        yield from textwrap.wrap(f"{names} (told by {by})", WIDTH, initial_indent="    ", subsequent_indent="    ")


def _to_do(found: Sequence[Standing], new: Sequence[Subject], days: int) -> Iterator[str]:
    if not found and not new:
        yield "No cluster of the configuration has hubs; write them under `hubs`."
        return
    dates = [day.date for each in found if not each.hub.gone for day in each.days if day.state in _MISSED]
    if dates:
        yield "To ask for what is not there, as far as the clusters still know it:"
        yield f"  crosshub rollup backfill --from {min(dates)} --to {max(dates)}"
    elif new:
        today = utc_now().date()
        yield "The service keeps them from its next round on. To ask for the days before:"
        yield f"  crosshub rollup backfill --from {today - timedelta(days=days)} --to {today - timedelta(days=1)}"
    else:
        yield "Lacking is not zero: nobody told these numbers."


_MISSED = (State.UNASKED, State.SILENT)


def _reach(reach: Reach | None) -> str:
    if reach is None:
        return "nothing was seen so far"
    first, last = (date.fromordinal(_EPOCH + each) for each in (reach.first, reach.last))
    return f"{first} to {last}, {reach.count:,} day{'s' if reach.count > 1 else ''}"


_EPOCH = date(1970, 1, 1).toordinal()


def _from_to(days: Sequence[Day]) -> str:
    first, last = days[0].date, days[-1].date
    return _date(first) if first == last else f"{_date(first)} to {_date(last)}"


def _date(day: date) -> str:
    return f"{day} {day:%a}"


def _percent(share: float) -> str:
    """Rounded down, so that 100 % is all of it."""
    return f"{int(share * 100)} %"
