"""A report sent by hand: one made now to one address, or one that was kept to its recipients once more."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.cli.previewing import Choice, preview_of
from aggregator.cli.report_listing import on_a_line
from aggregator.clusters.addresses import mail_address
from aggregator.clusters.values import Config
from aggregator.delivery.letter_mail import letter_mail
from aggregator.delivery.letters import posted
from aggregator.delivery.verdicts import Sent
from aggregator.errors import BadQuery, CrosshubError, NotFound, printable
from aggregator.outbox.letter import Addressed, Letter, Parts
from aggregator.reports.addressing import Addressing
from aggregator.reports.archive_rows import archived, sendings
from aggregator.reports.job import letter_of
from aggregator.reports.planned import NAMES
from aggregator.reports.render import CSV
from aggregator.reports.values import Rendered
from aggregator.rollups.people_rows import key_of_people
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there

PATIENCE = 30.0


class NotSent(CrosshubError):
    """The mail server did not take it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report, to whom, and whether it is only said what would be sent."""

    choice: Choice
    to: str | None
    csv: bool
    dry_run: bool


def send_report(config: Config, wish: Wish) -> None:
    """Sends a report as it is now to one address; nothing is noted. Raises NotSent."""
    to = wish.to or config.reports.test_address
    if to is None:
        raise BadQuery("--to: say to whom; the configuration has no reports.test_address")
    _meet(to)
    if config.smtp is None:
        raise BadQuery("the configuration has no smtp, so no mail can be sent")
    mail = preview_of(config, wish.choice, by_hand=True)
    letter, now = _letter(mail, csv=wish.csv), utc_now()
    content = bytes(letter_mail(letter, _addressed(letter, wish.choice, to, now), config.smtp.sender))
    said = f"{on_a_line(mail.subject)}\nto {to} by {config.smtp.host}:{config.smtp.port}, {len(content) // 1024 + 1} KB"
    if wish.dry_run:
        print(f"{said}\nNothing is sent: this was a dry run.")
        return
    verdict = asyncio.run(posted(config.smtp, to, content, PATIENCE))
    if not isinstance(verdict, Sent):
        raise NotSent(f"not sent: {verdict.why}")
    print(f"{said}\nSent.")


def resend_report(config: Config, name: str, to: str | None) -> None:
    """Puts a kept report into the outbox once more, for all of its recipients or for one; raises NotFound."""
    if to is not None:
        _meet(to)

    async def again() -> dict[str, str | None]:
        now = utc_now()
        async with database_there(config.database) as database, database.writing() as connection:
            found = await archived(connection, name)
            if found is None:
                raise NotFound(f"there is no report {name!r}; `crosshub report list` shows them")
            told = (await sendings(connection, [name]))[name]
            if to is not None and to not in (names := [each.address for each in told]):
                raise BadQuery(
                    f"--to: {to!r} was no recipient of it; those who were: {', '.join(names) or 'nobody'}. "
                    "`crosshub report send` sends one to anybody"
                )
            everybody = [each.address for each in told if each.left_out != "draft"]
            key = await key_of_people(connection, config.people_key_file)
            mark = f"again {now.isoformat(timespec='milliseconds')}"
            whom = [to] if to is not None else everybody
            return dict(await Addressing(config, key, now).again(connection, found.head, whom, mark))

    for address, why in sorted(asyncio.run(again()).items()):
        print(f"{printable(address)}: {'in the outbox; the service sends it' if why is None else f'not sent: {why}'}")


def _letter(mail: Rendered, *, csv: bool) -> Letter:
    letter = letter_of(mail)
    files = tuple(each for each in letter.parts.files if csv or each.kind != CSV)
    return replace(letter, parts=Parts(letter.parts.pictures, files))


def _addressed(letter: Letter, choice: Choice, to: str, now: datetime) -> Addressed:
    whose = choice.community or ""
    return Addressed("", to, letter.subject, now, f"by hand\0{whose}\0{now.isoformat()}", f"{NAMES}{whose}")


def _meet(address: str) -> None:
    try:
        mail_address(address)
    except ValueError:
        raise BadQuery(f"--to: {address!r} is no mail address") from None
