"""A letter to one of those who get it, through the operators' own mail server."""

import re
from contextlib import suppress
from email.utils import parseaddr

import aiosmtplib

from aggregator.clusters.reporting import Smtp
from aggregator.delivery.letter_mail import letter_mail
from aggregator.delivery.mail import PATIENCE, client_of, connected, said_by
from aggregator.delivery.verdicts import MOST_WORDS, Later, Refused, Sent, Verdict
from aggregator.delivery.ways import Ways
from aggregator.delivery.wording import plain
from aggregator.outbox.letter import Addressed
from aggregator.outbox.values import Leased

ABOUT_OTHERS = re.compile(r"\s*5\.[3-7]\.\d")
"""Extended codes (RFC 3463) of refusals that say nothing about the address: the server's state, policy, content."""


async def send(addressed: Addressed, held: Leased, ways: Ways) -> Verdict:
    """What sending it came to.

    Whoever broke off when they had all of it may have taken it: it is sent once more, and then no more.
    """
    if ways.smtp is None or ways.letter_of is None:
        return Later("the configuration has no smtp")
    letter = await ways.letter_of(addressed.letter)
    if letter is None:
        return Refused("the report is not kept any more", "message")
    mail = letter_mail(letter, addressed, ways.smtp.sender)
    verdict = await posted(ways.smtp, addressed.to, bytes(mail), min(PATIENCE, ways.deadline))
    if isinstance(verdict, Later) and verdict.unsure and held.may_be_repeat:
        return Refused(f"it is not known whether it was taken, twice: {verdict.why}", "message")
    return verdict


async def posted(smtp: Smtp, to: str, mail: bytes, patience: float) -> Verdict:
    """What a server said to a mail for one recipient."""
    client = client_of(smtp, patience)
    try:
        if (not_begun := await connected(client)) is not None:
            return Later(not_begun)
        verdict = await _offered(client, parseaddr(smtp.sender)[1], to) or await _given(client, mail)
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
    finally:
        client.close()
    return verdict


async def _offered(client: aiosmtplib.SMTP, sender: str, to: str) -> Verdict | None:
    """Why the server does not want it; None where it waits for it."""
    is_ascii = f"{sender}{to}".isascii()
    if not is_ascii and not client.supports_extension("smtputf8"):
        return Refused("the mail server takes no addresses beyond ASCII", "message")
    options, encoding = ([], "ascii") if is_ascii else (["SMTPUTF8"], "utf-8")
    try:
        await client.mail(sender, options=options, encoding=encoding)
        await client.rcpt(to, encoding=encoding)
    except aiosmtplib.SMTPRecipientRefused as error:
        why = _why(error.code, error.message)
        if error.code < 500:
            return Later(why)
        return Refused(why, "message" if ABOUT_OTHERS.match(error.message) else "address")
    except aiosmtplib.SMTPResponseException as error:
        return _answered(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Later(f"the mail server broke off: {said_by(error)}")
    return None


async def _given(client: aiosmtplib.SMTP, mail: bytes) -> Verdict:
    try:
        await client.data(mail)
    except aiosmtplib.SMTPResponseException as error:
        return _answered(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Later(f"the mail server broke off when it had it: {said_by(error)}", unsure=True)
    return Sent()


def _answered(error: aiosmtplib.SMTPResponseException) -> Verdict:
    why = _why(error.code, error.message)
    return Refused(why, "message") if error.code >= 500 else Later(why)


def _why(code: int, words: str) -> str:
    return f"{code}: {plain(words, MOST_WORDS)}"
