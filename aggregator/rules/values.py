"""Rules as their files have them."""

from dataclasses import dataclass
from datetime import timedelta

from aggregator.series import Labels

NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule. `hold` is its `for`; `labels` and `annotations` are templates as they stand in the file."""

    name: str
    expr: str
    hold: timedelta = NONE
    keep_firing_for: timedelta = NONE
    labels: Labels = ()
    annotations: Labels = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are looked at one after another. `interval` of None is the configuration's `every.rules`.

    More alerts of one rule than `limit` (0: any number) are an error of the rule, as in Prometheus. What is asked for is as
    it was `query_offset` ago.
    """

    file: str
    name: str
    rules: tuple[Rule, ...]
    interval: timedelta | None = None
    limit: int = 0
    query_offset: timedelta = NONE

    def key(self, rule: Rule) -> str:
        """What tells a rule from all others, also after a restart: `outages.yaml;hub;HubDown`.

        Of several rules with one name, as for several severities, the second is `outages.yaml;hub;HubDown;2`.
        """
        alike = [each for each in self.rules if each.name == rule.name]
        number = alike.index(rule) + 1 if rule in alike else 1
        return ";".join((self.file, self.name, rule.name, *([str(number)] if number > 1 else [])))
