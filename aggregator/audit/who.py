"""Who may log in to one hub, judged by its class, its settings and the versions at hand."""

from aggregator.audit.admission import Who
from aggregator.audit.authenticators import KINDS
from aggregator.audit.doors import DOORS, Door
from aggregator.audit.ruled import by_rules
from aggregator.audit.settings import Settings
from aggregator.audit.trees import Place


def who_may(settings: Settings, hub: Place, *, connection: str | None = None, hidden: bool = False) -> Who:
    """Who may log in. `hub` is where the class is chosen; `hidden` says that some files were not seen."""
    if settings.name in DOORS:
        return DOORS[settings.name](Door(settings, hub, hidden))
    if settings.name in KINDS:
        return by_rules(settings, connection, hub)
    return Who(None, f"Who may log in is not known: {settings.name} is no authenticator that is known here.", hub)
