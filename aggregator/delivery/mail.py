"""Messages as mail, through the operators' own server: one to each recipient, so that none knows of the others."""

import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parseaddr

import aiosmtplib

from aggregator.clusters.alerting import Email
from aggregator.clusters.reporting import Smtp
from aggregator.delivery.mail_text import Envelope, mail
from aggregator.delivery.verdicts import MOST_WORDS, Later, Refused, Sent, Verdict
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.delivery.wording import plain
from aggregator.series import Labels

PATIENCE = 10.0
TAKEN = "taken"


async def send(via: Email, outgoing: Outgoing, ways: Ways) -> Verdict:
    """Sends it to all who do not have it yet; who has it is noted, so that a later try leaves them out."""
    if ways.smtp is None:
        return Later("the configuration has no smtp")
    told = dict(outgoing.held.told)
    client = client_of(ways.smtp, min(PATIENCE, ways.deadline))
    try:
        if (not_begun := await connected(client)) is not None:
            return Later(not_begun, told=outgoing.held.told)
        later = await _to_all(client, via, outgoing, ways, told)
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        return Later(f"the mail server broke off: {said_by(error)}", unsure=True, told=_labels(told))
    finally:
        client.close()
    return later or _all_told(via, told)


def client_of(smtp: Smtp, patience: float) -> aiosmtplib.SMTP:
    """Somebody to talk to the server; not connected yet."""
    return aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        timeout=patience,
        use_tls=smtp.tls == "implicit",
        start_tls=smtp.tls == "starttls",
        username=smtp.username or None,
        password=smtp.password.read() if smtp.username and smtp.password else None,
    )


async def connected(client: aiosmtplib.SMTP) -> str | None:
    """Why there is no connection on which mails can be sent; None where there is one."""
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        return f"the mail server refused user and password: {error.code}"
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"no connection to the mail server: {said_by(error)}"
    return None


async def _to_all(
    client: aiosmtplib.SMTP, via: Email, outgoing: Outgoing, ways: Ways, told: dict[str, str]
) -> Later | None:
    """Notes in `told` what each recipient's mail came to; gives why some have to wait."""
    assert ways.smtp is not None
    until = time.monotonic() + ways.deadline / 2
    later: Later | None = None
    for recipient in via.to:
        if recipient in told:
            continue
        if time.monotonic() > until:
            return Later("there was no time for all recipients", told=_labels(told))
        verdict = await _to_one(client, ways.smtp, recipient, outgoing, ways)
        if isinstance(verdict, Later):
            later = verdict
        else:
            told[recipient] = TAKEN if isinstance(verdict, Sent) else verdict.why
    return later and Later(later.why, unsure=later.unsure, told=_labels(told))


async def _to_one(client: aiosmtplib.SMTP, smtp: Smtp, recipient: str, outgoing: Outgoing, ways: Ways) -> Verdict:
    envelope = Envelope(smtp.sender, recipient, outgoing.held.key, outgoing.held.lane)
    message = mail(outgoing.said, envelope, ways.list_url)
    try:
        await client.send_message(message, sender=parseaddr(smtp.sender)[1], recipients=[recipient])
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _by_code(error.recipients[0].code, error.recipients[0].message)
    except aiosmtplib.SMTPResponseException as error:
        return _by_code(error.code, error.message)
    return Sent()


def _by_code(code: int, words: str) -> Verdict:
    """4yz is for a while, 5yz for good (RFC 5321)."""
    why = f"{code}: {plain(words, MOST_WORDS)}"
    return Refused(why, "message") if code >= 500 else Later(why)


def _all_told(via: Email, told: Mapping[str, str]) -> Verdict:
    refused = [f"{name}: {told[name]}" for name in via.to if told[name] != TAKEN]
    if len(refused) == len(via.to):
        return Refused("; ".join(refused), "message")
    return Sent(_labels(told), but="; ".join(refused))


def _labels(told: Mapping[str, str]) -> Labels:
    return tuple(sorted(told.items()))


def said_by(error: Exception) -> str:
    """An error in its own words, on one line."""
    return plain(str(error), MOST_WORDS) or type(error).__name__
