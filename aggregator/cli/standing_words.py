"""How the rollups of hubs stand, in lines for people: each hub day by day, and at the end all of it in words."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from aggregator.cli.found import number
from aggregator.cli.hubs import name_of
from aggregator.errors import printable
from aggregator.notify.wording import count_of
from aggregator.rollups.buckets import DAY
from aggregator.rollups.catalogue import Measure
from aggregator.rollups.due import REACH
from aggregator.rollups.standing import SEEN, Day, State, always_lacking, lacking, now_and_then_lacking
from aggregator.rollups.standing_rows import Reach
from aggregator.rollups.subject_rows import Known
from aggregator.rollups.subjects import Subject

WIDTH = 80
HEAD = "  day              seen    people  lacking"


@dataclass(frozen=True, slots=True)
class Standing:
    """One hub, how far it reaches, and its last days."""

    hub: Known
    reach: Reach | None
    days: tuple[Day, ...]


def of_hub(standing: Standing) -> Iterator[str]:
    """A hub, its days, and what is lacking on each and on all of them."""
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


def of_new_hub(hub: Subject) -> str:
    """A hub of which there is nothing."""
    return f"{printable(name_of(hub))}   {hub.zone.key}   nothing is kept yet"


def in_words(found: Sequence[Standing], new: Sequence[Subject], today: date, days: int) -> Iterator[str]:
    """What is whole and until when, what is in part or lacking, and what is to be done about it."""
    there = [each for each in found if not each.hub.gone]
    if not there and not new:
        yield "No cluster of the configuration has hubs; write them under `hubs`."
        return
    sentences = [*_how_whole(there), *_what_lacks(there), *_what_is_new(new)]
    missed = [day.date for each in there for day in each.days if day.state in _MISSED]
    if new:
        missed += [today - timedelta(days=days), today - timedelta(days=1)]
    if missed:
        sentences.append("To ask for what is not there, as far as the clusters still know it:")
    else:
        sentences.append(_nothing_to_do(there))
    yield from textwrap.wrap(" ".join(sentences), WIDTH)
    if missed:
        yield f"  crosshub rollup backfill --from {min(missed)} --to {max(missed)}"


_MISSED = (State.UNASKED, State.SILENT)
_ASKED_AGAIN = (State.IN_PART, State.UNSEEN)

_OTHERWISE = {
    State.IN_PART: "seen in part",
    State.UNSEEN: "not seen at all",
    State.SILENT: "without an answer",
    State.UNASKED: "not asked yet",
}


def _how_whole(there: Sequence[Standing]) -> Iterator[str]:
    states: Counter[State] = Counter(day.state for each in there for day in each.days if day.state is not State.RUNNING)
    if not states:
        yield from ["No day is over yet."] if there else []
        return
    of_all = f"{count_of(states.total(), 'day')} of {count_of(len(there), 'hub')}"
    last = _last_whole(there)
    if states.total() == states[State.WHOLE]:
        yield f"{of_all}: all whole{'' if last is None else f', up to {last}'}."
        return
    others = (f"{states[state]:,} {words}" for state, words in _OTHERWISE.items() if states[state])
    yield f"{of_all}: {states[State.WHOLE]:,} whole, {', '.join(others)}."
    on_all = " on every hub" if len(there) > 1 else ""
    yield f"No day is whole{on_all}." if last is None else f"The last day that is whole{on_all} is {last}."


def _last_whole(there: Sequence[Standing]) -> date | None:
    """The last date that is whole on every hub."""
    dates = ({day.date for day in each.days if day.state is State.WHOLE} for each in there)
    return max(set.intersection(*dates), default=None)


def _what_lacks(there: Sequence[Standing]) -> Iterator[str]:
    absent = {x for each in there for day in each.days for x in lacking(day, ephemeral=each.hub.ephemeral)}
    if absent:
        names = ", ".join(sorted(each.name for each in absent))
        yield f"Lacking on some days or hubs, which is not zero: {names}."


def _what_is_new(new: Sequence[Subject]) -> Iterator[str]:
    if new:
        them = "it" if len(new) == 1 else "them"
        yield f"Of {count_of(len(new), 'hub')} nothing is kept yet; the service keeps {them} from its next round on."


def _nothing_to_do(there: Sequence[Standing]) -> str:
    if any(day.state in _ASKED_AGAIN for each in there for day in each.days):
        return f"The service asks once a day for {REACH // DAY} days whether there is more; nothing is to be done."
    return "Nothing is to be done."


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


def _reach(reach: Reach | None) -> str:
    if reach is None:
        return "nothing was seen so far"
    first, last = (date.fromordinal(_EPOCH + each) for each in (reach.first, reach.last))
    return f"{first} to {last}, {count_of(reach.count, 'day')}"


_EPOCH = date(1970, 1, 1).toordinal()


def _from_to(days: Sequence[Day]) -> str:
    first, last = days[0].date, days[-1].date
    return _date(first) if first == last else f"{_date(first)} to {_date(last)}"


def _date(day: date) -> str:
    return f"{day} {day:%a}"


def _percent(share: float) -> str:
    """Rounded down, so that 100 % is all of it."""
    return f"{int(share * 100)} %"
