"""A report of an audit in lines for people: what is wrong first, then who may log in to every hub."""

from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

from aggregator.audit.findings import Audited, Finding, Report, Severity
from aggregator.cli.found import printable

WIDTH = 76
# Said in the line of each hub anyway.
NO_POLICY = "no-policy"


def lines_of(report: Report) -> Iterator[str]:
    """What is wrong, the worst first; who may log in; and the counts."""
    policies = {(hub.cluster, hub.hub): hub.policy for hub in report.hubs}
    for finding in report.findings:
        if finding.kind != NO_POLICY:
            yield from _finding(finding, policies[finding.cluster, finding.hub])
            yield ""
    yield f"hubs ({len(report.hubs)})"
    yield from _hubs(report)
    yield _counted(report)


def _finding(finding: Finding, policy: str | None) -> Iterator[str]:
    """As in `lisbon/prod   ANYBODY WITH A GITHUB ACCOUNT MAY LOG IN   critical`."""
    head = printable(finding.head)
    loud = head.removesuffix(".").upper() if finding.severity is Severity.CRITICAL else head
    yield f"{f'{_name(finding)}   {loud}':<{WIDTH}}  {finding.severity}"
    yield from wrap(printable(finding.why), WIDTH + 10, initial_indent="  ", subsequent_indent="  ")
    yield f"  {printable(str(finding.at))}   policy: {printable(policy or 'none declared')}"
    yield f"  Mend: {printable(finding.mend)}."


def _hubs(report: Report) -> Iterator[str]:
    names = {(hub.cluster, hub.hub): _name(hub) for hub in report.hubs}
    width = max(map(len, names.values()), default=0)
    states = {
        (hub.cluster, hub.hub): max(
            (found.severity for found in report.findings if (found.cluster, found.hub) == (hub.cluster, hub.hub)),
            default=Severity.LOW,
        )
        for hub in report.hubs
    }
    for hub in report.hubs:
        key = (hub.cluster, hub.hub)
        state = "ok" if hub.policy and states[key] is Severity.LOW else "?" if states[key] is Severity.LOW else "FAILS"
        policy = f"policy {hub.policy}" if hub.policy else "no access policy declared"
        yield f"  {names[key]:<{width}}  {state:<5}  {printable(hub.who)} ({printable(policy)})"


def _name(one: Finding | Audited) -> str:
    return printable("/".join(part for part in (one.cluster, one.hub) if part))


def _counted(report: Report) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    told = [f"{counts[severity]} {severity}" for severity in sorted(counts, reverse=True)]
    number = len(report.findings)
    return f"{number} finding{'' if number == 1 else 's'}: {', '.join(told)}" if told else "no findings"
