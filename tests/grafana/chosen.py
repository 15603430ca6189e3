"""What becomes of an expression when values are chosen at the top of a dashboard: as Grafana's data source does it."""

import re
from collections.abc import Mapping, Sequence

Choices = Mapping[str, Sequence[str]]
"""The values that are chosen of each variable. `All` is every value there is, as Grafana takes it, or ANYTHING."""

ANYTHING, SOMETHING = (".*",), (".+",)
"""What is chosen with `All` of a variable that has one of these for its allValue, which Grafana puts in as it is."""

TIMES = {"__rate_interval": "5m", "__interval": "1m", "__range": "3h"}


def substituted(expr: str, choices: Choices, times: Mapping[str, str] = TIMES) -> str:
    """The expression as it is sent. `$1` and the like are no variables."""

    def put(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return times[name] if name in times else interpolated(choices[name])

    return re.sub(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))", put, expr)


def interpolated(values: Sequence[str]) -> str:
    """As `interpolateQueryExpr` of Grafana's Prometheus data source: one as it is, several in brackets."""
    if values in (ANYTHING, SOMETHING):
        return values[0]
    escaped = [_escaped(value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escaped(value: str) -> str:
    """As `prometheusSpecialRegexEscape`: twice, once for the regular expression and once for PromQL's text."""
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))
