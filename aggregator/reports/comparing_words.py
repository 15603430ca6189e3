"""How a number stands to the one before and to the usual one, in words."""

from aggregator.reports.comparing import difference, percent
from aggregator.reports.layout import Tile
from aggregator.reports.periods import Kind
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.values import Compared

BEFORE = {
    Kind.DAILY: later("the same day a week before"),
    Kind.WEEKLY: later("the week before"),
    Kind.MONTHLY: later("the month before"),
}

# About as much as usual is within two, or within a tenth.
FEW, TENTH = 2, 0.1


def tile(label: str, number: Compared, tongue: Tongue, detail: str = "") -> Tile:
    """A number with what it is compared with; `detail` says where or when it was."""
    if number.value is None:
        return Tile(label, tongue.say("not known"))
    usual = "" if number.usual is None else tongue.say("usually {usual}", usual=tongue.number(round(number.usual)))
    more = difference(number)
    trend = None if more is None else (more > 0) - (more < 0)
    return Tile(label, tongue.number(number.value), change(number, tongue), usual, detail, trend)


def change(number: Compared, tongue: Tongue) -> str:
    """`5 more (+14 %)`, `partial` where too little was seen, nothing where there is nothing to compare with."""
    if number.partial:
        return tongue.say("partial")
    more = difference(number)
    if more is None:
        return ""
    if more == 0:
        return tongue.say("no change")
    share = percent(number)
    by = tongue.number(abs(more))
    words = tongue.say("{by} more", by=by) if more > 0 else tongue.say("{by} fewer", by=by)
    return words if share is None else f"{words} ({tongue.percent(share)})"


def signed(number: Compared, tongue: Tongue) -> str:
    """The same for a narrow place, where it may become two lines: `+5 (+14 %)`."""
    more = difference(number)
    if more is None or not more:
        return change(number, tongue)
    sign, share = "+" if more > 0 else "\u2212", percent(number)
    by = f"{sign}{tongue.number(abs(more))}"
    return by if share is None else f"{by} ({tongue.percent(share)})"


def against_before(number: Compared, kind: Kind, tongue: Tongue) -> str:
    """`5 more than the week before`; nothing where there is nothing to compare with."""
    more = difference(number)
    if more is None:
        return ""
    before = tongue.say(BEFORE[kind])
    if more == 0:
        return tongue.say("as many as {before}", before=before)
    by = tongue.number(abs(more))
    if more > 0:
        return tongue.say("{by} more than {before}", by=by, before=before)
    return tongue.say("{by} fewer than {before}", by=by, before=before)


def against_usual(number: Compared, tongue: Tongue) -> str:
    """`about as many as usual`, `more than usual (30)`."""
    if number.value is None or number.usual is None or number.partial:
        return ""
    usual = tongue.number(round(number.usual))
    if abs(number.value - number.usual) <= max(FEW, TENTH * number.usual):
        return tongue.say("about as many as usual")
    if number.value > number.usual:
        return tongue.say("more than usual ({usual})", usual=usual)
    return tongue.say("fewer than usual ({usual})", usual=usual)
