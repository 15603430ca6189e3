"""What a configuration may say, but hardly anybody means. A note is a function, listed below; none of them is a fault."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from aggregator.clusters.faults import quoted
from aggregator.clusters.values import Config

Note = Callable[[Config], Iterator[str]]


def notes_on(config: Config) -> tuple[str, ...]:
    """One sentence each."""
    return tuple(words for note in NOTES for words in note(config))


def links_lead_somewhere(config: Config) -> Iterator[str]:
    """What is sent to people is not read on the machine that sends it."""
    if _tells_anybody(config) and _is_this_machine(urlsplit(config.external_url).hostname or ""):
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


def _tells_anybody(config: Config) -> bool:
    communities = (bool(each.recipients or each.slack) and not each.draft for each in config.communities)
    drafts = config.reports.test_address is not None and any(each.draft for each in config.communities)
    return bool(config.receivers) or config.reports.operators is not None or drafts or any(communities)


def _is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host.rstrip(".") == "localhost"
    return address.is_loopback or address.is_unspecified


NOTES: tuple[Note, ...] = (links_lead_somewhere, drafts_reach_somebody)
