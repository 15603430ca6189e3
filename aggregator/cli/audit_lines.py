"""A report of an audit in lines for people: what is wrong first, then who may log in to every hub."""

from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

from aggregator.audit.findings import Audited, Finding, Report, Severity
from aggregator.audit.policies import policy_words
from aggregator.errors import printable

WIDTH = 76
# Said in the line of each hub anyway.
NO_POLICY = "no-policy"


def lines_of(report: Report) -> Iterator[str]:
    """What is wrong, the worst first; what is worth a look; who may log in; and the counts."""
    policies = {(hub.cluster, hub.hub): policy_words(hub.access) for hub in report.hubs}
    for finding in report.findings:
        if finding.severity > Severity.LOW:
            yield from _finding(finding, policies[finding.cluster, finding.hub])
            yield ""
    if looks := [finding for finding in report.findings if _is_only_a_look(finding)]:
        yield "worth a look"
        yield from (f"  {_name(finding)}  {printable(finding.head)}{_where(finding)}" for finding in looks)
    yield f"hubs ({len(report.hubs)})"
    yield from _hubs(report)
    yield _counted(report)


def _is_only_a_look(finding: Finding) -> bool:
    return finding.severity is Severity.LOW and finding.kind != NO_POLICY


def _where(finding: Finding) -> str:
    """The place, where the sentence does not name it already."""
    return f" ({printable(str(finding.at))})" if finding.at.line else ""


def _finding(finding: Finding, policy: str | None) -> Iterator[str]:
    """As in `lisbon/prod   ANYBODY WITH A GITHUB ACCOUNT MAY LOG IN   critical`."""
    head = printable(finding.head)
    loud = head.removesuffix(".").upper() if finding.severity is Severity.CRITICAL else head
    yield f"{f'{_name(finding)}   {loud}':<{WIDTH}}  {finding.severity}"
    yield from wrap(printable(finding.why), WIDTH + 10, initial_indent="  ", subsequent_indent="  ")
    yield f"  {printable(str(finding.at))}   policy: {printable(policy or 'none declared')}"
    yield f"  Mend: {printable(finding.mend)}."


def _hubs(report: Report) -> Iterator[str]:
    width = max((len(_name(hub)) for hub in report.hubs), default=0)
    wrong = {(each.cluster, each.hub) for each in report.findings if each.severity > Severity.LOW}
    for hub in report.hubs:
        policy = f"policy {policy_words(hub.access)}" if hub.access else "no access policy declared"
        state = "FAILS" if (hub.cluster, hub.hub) in wrong else "ok" if hub.access else "?"
        yield f"  {_name(hub):<{width}}  {state:<5}  {printable(hub.who)} ({printable(policy)})"


def _name(one: Finding | Audited) -> str:
    return printable("/".join(part for part in (one.cluster, one.hub) if part))


def _counted(report: Report) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    told = [f"{counts[severity]} {severity}" for severity in sorted(counts, reverse=True)]
    number = len(report.findings)
    return f"{number} finding{'' if number == 1 else 's'}: {', '.join(told)}" if told else "no findings"
