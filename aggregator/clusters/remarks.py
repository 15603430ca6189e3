"""What a configuration may say, but hardly anybody means. A remark is a function, listed below; none of them is a fault."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from aggregator.clusters.faults import quoted
from aggregator.clusters.values import Config

Remark = Callable[[Config], Iterator[str]]


def remarks_on(config: Config) -> tuple[str, ...]:
    """One sentence each."""
    return tuple(words for remark in REMARKS for words in remark(config))


def links_lead_somewhere(config: Config) -> Iterator[str]:
    """What is sent to people is not read on the machine that sends it."""
    is_sent = bool(config.receivers) or any(community.recipients for community in config.communities)
    if is_sent and _is_this_machine(urlsplit(config.external_url).hostname or ""):
        yield (
            f"external_url is {config.external_url}: links in mails and messages lead to the machine of whoever reads them; "
            "set it to where people reach Crosshub"
        )


def drafts_reach_somebody(config: Config) -> Iterator[str]:
    drafts = [quoted(community.name) for community in config.communities if community.draft]
    if drafts and config.reports.test_address is None:
        yield (
            f"the reports of {', '.join(drafts)} are drafts and reach nobody; set reports.test_address to read them, or "
            "take out `draft: true`"
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


REMARKS: tuple[Remark, ...] = (links_lead_somewhere, drafts_reach_somebody)
