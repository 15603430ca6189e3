"""The mail that a report becomes in a language: which parts it has, and in which order. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from aggregator.reports.access_words import access, findings, is_quiet
from aggregator.reports.alert_words import alerts
from aggregator.reports.flag_words import flagged
from aggregator.reports.fleet_words import homes_of, in_order, left_out, moving, table_of
from aggregator.reports.headline import lead_of, subject_of, title_of
from aggregator.reports.image_words import images
from aggregator.reports.layout import Link, Mail, Section
from aggregator.reports.naming import named_together, place_of, with_names
from aggregator.reports.numbers_words import bars, bars_title, picture, tiles
from aggregator.reports.periods import Kind
from aggregator.reports.server_tables import STARTS, USE, servers_of
from aggregator.reports.storage_words import storage
from aggregator.reports.tongue import Tongue
from aggregator.reports.troubles import is_idle, is_unseen
from aggregator.reports.unseen_words import unseen
from aggregator.reports.values import STOP_LINK, Audience, HubReport, Report
from aggregator.reports.worked_words import is_troubled, named, use, worked

Said = Callable[[HubReport, Report, Tongue], Iterator[str]]
"""What there is to say of a hub."""

MOST = 12
"""Lines of a section; what is beyond is counted."""


def laid_out(report: Report, tongue: Tongue) -> Mail:
    """All words of the mail. Of hubs that nobody used, or that nobody saw, there are no numbers to lay out."""
    report = with_names(report)
    brief = is_idle(report) or is_unseen(report) or not report.hubs
    caption, words = ("", "") if brief else picture(report, tongue)
    has_bars = not brief and report.period.kind is not Kind.DAILY
    mail = Mail(
        language=tongue.language,
        subject=subject_of(report, tongue),
        title=title_of(report, tongue),
        dates=tongue.dates(report.period),
        lead=lead_of(report, tongue),
        sections=tuple(_sections(report, tongue, brief=brief)),
        foot=tuple(_foot(report, tongue)),
        links=tuple(_links(report, tongue)),
    )
    if brief:
        return mail
    return replace(
        mail,
        tiles=tiles(report, tongue),
        bars_title=bars_title(report, tongue) if has_bars else "",
        bars=bars(report.days, tongue) if has_bars else (),
        picture=words,
        caption=caption,
    )


def _sections(report: Report, tongue: Tongue, *, brief: bool) -> Iterator[Section]:
    """What needs somebody stands first; what cannot be said is left out."""
    say = tongue.say
    found = [
        replace(
            _of_hubs(say("Something is wrong with who may log in"), report, tongue, _findings, as_items=True),
            urgent=True,
        ),
        *([] if is_unseen(report) and not _was_looked_at(report) else [_worked(report, tongue)]),
        _of_hubs(say("More than usual"), report, tongue, _flags, as_items=True),
        _else(report, tongue),
        *([] if brief else _use(report, tongue)),
        _storage(report, tongue),
        Section(say("What we could not see"), items=_bounded(list(unseen(report, tongue)), tongue)),
        _of_hubs(say("Who may log in"), report, tongue, _access),
    ]
    return (each for each in found if each.lines or each.items or each.table is not None)


def _was_looked_at(report: Report) -> bool:
    return any(hub.reliability.looked or hub.reliability.outages for hub in report.hubs)


def _else(report: Report, tongue: Tongue) -> Section:
    section = _of_hubs(tongue.say("What else was wrong"), report, tongue, _alerts, as_items=True)
    others = [f"{place_of(each, tongue)}: {' '.join(alerts(each.alerts, report, tongue))}" for each in report.elsewhere]
    return replace(section, items=(*section.items, *_bounded(others, tongue)))


def _worked(report: Report, tongue: Tongue) -> Section:
    """Of one hub all of it; of several those that had trouble."""
    title = tongue.say("Did it work?") if len(report.hubs) == 1 else tongue.say("Did they work?")
    if len(report.hubs) == 1:
        return Section(title, lines=tuple(worked(report.hubs[0], report, tongue)))
    bad = [hub for hub in report.hubs if is_troubled(hub)]
    items = [named(hub, report, " ".join(worked(hub, report, tongue))) for hub in bad]
    rest = len(report.hubs) - len(bad)
    return Section(title, items=_bounded(items, tongue), lines=(_rest(rest, report, tongue),) if rest else ())


def _rest(rest: int, report: Report, tongue: Tongue) -> str:
    if rest == len(report.hubs):
        return tongue.say("All of them worked all the time.")
    return tongue.many("The other one worked all the time.", "The other {number} worked all the time.", rest)


def _use(report: Report, tongue: Tongue) -> Iterator[Section]:
    """Of one hub sentences; of several tables."""
    if len(report.hubs) == 1:
        sentences = " ".join(use(report.hubs[0], tongue)), *images(report.hubs, tongue)
        yield Section(tongue.say("What it was used for"), lines=tuple(filter(None, sentences)))
        return
    lines = (*moving(report, tongue), *left_out(report, tongue))
    yield Section(tongue.say("Hub by hub"), lines=lines, table=table_of(report, tongue))
    if report.audience is Audience.COMMUNITY:
        hubs = in_order(report)
        yield Section(tongue.say("How servers started"), table=servers_of(hubs, STARTS, tongue))
        used = servers_of(hubs, USE, tongue)
        yield Section(tongue.say("What they were used for"), table=used, lines=tuple(images(report.hubs, tongue)))


def _storage(report: Report, tongue: Tongue) -> Section:
    title = tongue.say("Home storage")
    if len(report.hubs) == 1:
        return _of_hubs(title, report, tongue, storage)
    is_paced = any(hub.storage is not None and hub.storage.days_to_full is not None for hub in report.hubs)
    pace = (tongue.say("Full at the pace of the last four weeks."),) if is_paced else ()
    return Section(title, table=homes_of(report, tongue), lines=pace)


def _of_hubs(title: str, report: Report, tongue: Tongue, said: Said, *, as_items: bool = False) -> Section:
    """What there is to say of each hub: of one hub line by line, of several a hub a line."""
    if len(report.hubs) == 1:
        sentences = tuple(said(report.hubs[0], report, tongue))
        return Section(title, items=sentences) if as_items else Section(title, lines=sentences)
    by_words: dict[str, list[HubReport]] = defaultdict(list)
    for hub in report.hubs:
        if words := " ".join(said(hub, report, tongue)):
            by_words[words].append(hub)
    items = [f"{named_together(hubs, report, tongue)}: {words}" for words, hubs in by_words.items()]
    return Section(title, items=_bounded(items, tongue))


def _findings(hub: HubReport, report: Report, tongue: Tongue) -> Iterator[str]:
    return findings(hub.access, report, tongue)


def _alerts(hub: HubReport, report: Report, tongue: Tongue) -> Iterator[str]:
    return alerts(hub.alerts, report, tongue)


def _access(hub: HubReport, report: Report, tongue: Tongue) -> Iterator[str]:
    """Those who run many hubs are told of what is not as it should be."""
    if report.audience is Audience.OPERATORS and is_quiet(hub.access, report):
        return iter(())
    return access(hub.access, report, tongue)


def _flags(hub: HubReport, _: Report, tongue: Tongue) -> Iterator[str]:
    return (flagged(flag, hub, tongue) for flag in hub.flags)


def _bounded(items: list[str], tongue: Tongue) -> tuple[str, ...]:
    left = len(items) - MOST
    if left <= 0:
        return tuple(items)
    return (*items[:MOST], tongue.many("and {number} more line", "and {number} more lines", left))


def _foot(report: Report, tongue: Tongue) -> Iterator[str]:
    zone = report.period.zone
    yield tongue.say(
        "People are different user names whose servers ran; staff are not counted. Times are those of {zone}.",
        zone=zone,
    )
    if report.by_hand:
        yield tongue.say("Somebody who runs Crosshub sent you this by hand.")
        return
    if report.next_at is not None:
        day = tongue.day(report.next_at.astimezone(ZoneInfo(zone)).date())
        yield tongue.say("Next mail: {day}, {time}.", day=day, time=tongue.clock(report.next_at, zone))
    if report.audience is Audience.OPERATORS:
        yield tongue.say("You get this because Crosshub's configuration names you as one who runs these hubs.")
    else:
        yield tongue.say(
            "You get this because Crosshub's configuration names you for {title}.", title=title_of(report, tongue)
        )


def _links(report: Report, tongue: Tongue) -> Iterator[Link]:
    if report.links.archive:
        yield Link(tongue.say("This mail on the web"), report.links.archive)
    if report.links.grafana:
        yield Link(tongue.say("More in Grafana"), report.links.grafana)
    if not report.by_hand:
        yield Link(tongue.say("Pause or stop these mails"), STOP_LINK)
