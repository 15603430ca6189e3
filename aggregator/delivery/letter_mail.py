"""A letter as the mail to one of those who get it."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from aggregator.delivery.wording import plain
from aggregator.outbox.letter import Addressed, Letter

# Not every server takes eight bits. A link that were broken over two lines would be encoded, and read by nobody.
POLICY = SMTP.clone(cte_type="7bit", max_line_length=990)


def letter_mail(letter: Letter, addressed: Addressed, sender: str) -> EmailMessage:
    """The mail; made again it is the same, with the same Message-ID, but for the lines between its parts."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    is_ascii = f"{sender}{addressed.to}".isascii()
    mail = EmailMessage(policy=POLICY if is_ascii else POLICY.clone(utf8=True))
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=addressed.to)
    mail["Subject"] = plain(letter.subject)
    mail["Date"] = format_datetime(addressed.at)
    mail["Message-ID"] = f"<{_digest(addressed.identity, addressed.to)}@{domain}>"
    mail["List-Id"] = f"<{_digest(addressed.list_name)}.reports.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if addressed.stop_url:
        mail["List-Unsubscribe"] = f"<{addressed.stop_url}>"
        # By RFC 8058 only over HTTPS: who has the link can stop the mails.
        if addressed.stop_url.startswith("https://"):
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _put_content(mail, letter, addressed.stop_url)
    return mail


def _put_content(mail: EmailMessage, letter: Letter, stop_url: str) -> None:
    mail.set_content(letter.text.replace(letter.link_place, stop_url))
    mail.add_alternative(letter.html.replace(letter.link_place, escape(stop_url)), subtype="html")
    page = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for picture in letter.parts.pictures:
        page.add_related(picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline")
    for file in letter.parts.files:
        kind, _, subkind = file.kind.partition("/")
        mail.add_attachment(file.content, kind, subkind, filename=file.name)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
