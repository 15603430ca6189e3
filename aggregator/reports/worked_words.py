"""Whether hubs worked, what they were used for and how full their homes are, in sentences."""

from collections.abc import Iterator

from aggregator.reports.periods import Kind
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.troubles import down_minutes, is_failing
from aggregator.reports.values import HubReport, Outage, Reliability, Report

MOST_OUTAGES = 5

OF_PERIOD = {
    Kind.DAILY: later("It worked {share} of the day."),
    Kind.WEEKLY: later("It worked {share} of the week."),
    Kind.MONTHLY: later("It worked {share} of the month."),
}
ALL_OF_PERIOD = {
    Kind.DAILY: later("It worked all day."),
    Kind.WEEKLY: later("It worked all week."),
    Kind.MONTHLY: later("It worked all month."),
}


def worked(hub: HubReport, report: Report, tongue: Tongue) -> Iterator[str]:
    """How much of the period it worked, when it was down, and how its servers started."""
    known = hub.reliability
    kind = report.period.kind
    if not hub.share and not known.looked:
        yield from _if_down(known, report, tongue)
        yield tongue.say("Whether it worked is not known: nothing of it was seen.")
    elif known.up is None:
        yield from _if_down(known, report, tongue)
        yield tongue.say("Whether it worked is not known: nobody tells.")
    elif down_minutes(hub):
        yield f"{tongue.say(OF_PERIOD[kind], share=tongue.share(known.up))} {_down(known, report, tongue)}"
    else:
        yield tongue.say(ALL_OF_PERIOD[kind])
    if len(report.hubs) == 1 or is_failing(hub):
        yield from starts(hub, tongue)


def starts(hub: HubReport, tongue: Tongue) -> Iterator[str]:
    """How often servers were started, what failed, and how long it took."""
    started, failed = hub.number("server_starts").value, hub.number("server_start_failures").value or 0
    if started is None:
        return
    tried = started + failed
    if not tried:
        return
    refused = hub.number("server_starts_refused").value or 0
    parts = [
        tongue.many("{number} server start was tried", "{number} server starts were tried", tried),
        tongue.many("{number} failed", "{number} failed", failed) if failed else tongue.say("none failed"),
    ]
    half, most = hub.number("server_start_seconds_p50").value, hub.number("server_start_seconds_p95").value
    words = ", ".join(parts)
    if half is not None and most is not None:
        took = tongue.say(
            "half were ready in {half}, 19 of 20 in {most}", half=tongue.seconds(half), most=tongue.seconds(most)
        )
        words = f"{words}; {took}"
    yield f"{words}."
    if refused:
        yield tongue.many(
            "{number} more was put off, the hub being busy or full.",
            "{number} more were put off, the hub being busy or full.",
            refused,
        )


def is_troubled(hub: HubReport) -> bool:
    """Whether there is something to say of how it worked."""
    return bool(down_minutes(hub)) or is_failing(hub) or not hub.share or hub.reliability.up is None


def use(hub: HubReport, tongue: Tongue) -> Iterator[str]:
    """What servers ran and took."""
    hours = hub.number("server_hours").value
    if hours:
        yield tongue.many("Servers ran for {number} hour.", "Servers ran for {number} hours, added up.", hours)
    taken = [
        tongue.say("{number} CPU hours", number=tongue.number(cpu)) if (cpu := hub.number("cpu_hours").value) else "",
        tongue.say("{number} GiB hours of memory", number=tongue.number(memory))
        if (memory := hub.number("memory_gib_hours").value)
        else "",
        tongue.say("{number} GPU hours", number=tongue.number(gpu))
        if (gpu := hub.number("gpu_requested_hours").value)
        else "",
    ]
    if any(taken):
        yield tongue.say("They took {what}.", what=tongue.listed([each for each in taken if each]))
    most = hub.number("memory_most_bytes").value
    if most:
        yield tongue.say("At most they held {size} of memory at once.", size=tongue.size(most))


def _if_down(known: Reliability, report: Report, tongue: Tongue) -> Iterator[str]:
    """What is known although nothing else is."""
    if known.outages:
        yield _down(known, report, tongue)


def _down(known: Reliability, report: Report, tongue: Tongue) -> str:
    minutes = tongue.spell(known.down_minutes or 0)
    told = known.outages
    if not told:
        return tongue.say("By its metrics it was down for {minutes}.", minutes=minutes)
    if len(told) == 1:
        when = _when(told[0], report, tongue)
        return tongue.say("Down for {minutes}, {when}.", minutes=minutes, when=when)
    shown = [_when(each, report, tongue) for each in told[:MOST_OUTAGES]]
    left = len(told) - MOST_OUTAGES
    more = [tongue.many("{number} more time", "{number} more times", left)] if left > 0 else []
    times = tongue.say("{count} times", count=tongue.number(len(told)))
    return tongue.say(
        "Down {times}, for {minutes} in all: {when}.", times=times, minutes=minutes, when="; ".join(shown + more)
    )


def _when(outage: Outage, report: Report, tongue: Tongue) -> str:
    if outage.goes_on:
        return tongue.say("since {when}, and it goes on", when=tongue.moment(outage.start, report.period))
    return tongue.stretch(outage.start, outage.end, report.period)


def named(hub: HubReport, report: Report, sentence: str) -> str:
    """The sentence with the hub's name before it where there are several."""
    return f"{hub.title}: {sentence}" if len(report.hubs) > 1 else sentence
