"""What an audit gives: hubs with who may log in, and findings."""

from dataclasses import dataclass
from enum import IntEnum

from aggregator.audit.trees import Place
from aggregator.audit.versions import Versions
from aggregator.clusters.values import Access


class Severity(IntEnum):
    """How bad it is; the worse, the higher."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a hub. `head` says it in one sentence, `why` in more of them."""

    cluster: str
    hub: str
    kind: str
    severity: Severity
    head: str
    at: Place
    mend: str
    why: str = ""

    @property
    def sentence(self) -> str:
        """All that is to be said."""
        return f"{self.head} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class Audited:
    """A hub that was looked at."""

    cluster: str
    hub: str
    authenticator: str
    versions: Versions
    who: str
    access: Access | None


@dataclass(frozen=True, slots=True)
class Report:
    """All hubs, and all findings, the worst first."""

    hubs: tuple[Audited, ...]
    findings: tuple[Finding, ...]

    def worst(self) -> Severity | None:
        """The severity of the worst finding."""
        return max((finding.severity for finding in self.findings), default=None)
