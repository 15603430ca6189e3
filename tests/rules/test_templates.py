"""Alert templates say what those of Prometheus say, and refuse what they do not know."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.promql import numbers
from aggregator.rules.template_functions import BadTemplate
from aggregator.rules.templates import expanded, expanded_or_fault, fault_of, labels_used
from tests.rules.promtool import verdict

TEMPLATES = [
    "plain { text } with } and {",
    "{{ $value }}",
    "{{.Value}}x{{ $labels.pod }}",
    "{{ .Labels.nothing }}|{{ $labels.pod | toUpper }}|{{ toLower $labels.text }}|{{ title .Labels.text }}",
    "{{ $value | humanize }} {{ humanize $value }}",
    "{{ $value | humanize1024 }}B",
    "{{ $value | humanizeDuration }}",
    "{{ $value | humanizePercentage }}",
    "{{ $labels.when | humanizeTimestamp }}",
    '{{ printf "%.2f" $value }} {{ $value | printf "%.0f%%" }}',
    '{{ printf "%g|%.3g|%G|%e|%.1E|%f|%F" $value $value $value $value $value $value $value }}',
    '{{ printf "%8.1f|%-8.1f|%+.1f|%08.2f|% .1f|%+g|%012g" $value $value $value $value $value $value $value }}',
    '{{ printf "%s|%6s|%-6s|%v|%.2s" $labels.pod $labels.pod $labels.pod $labels.pod $labels.pod }}',
    '{{ printf "%d|%5d|%05d|%+d|%v" 7 7 -7 7 1.50 }}',
    '{{ $labels.number | humanize | printf "%s of %s" "n" }}',
    '{{ printf "%s" (printf "%.1f" $value | toUpper) }}',
    '{{ "a \\"quoted\\" text\\n" }}{{ `raw \\n` }}{{ 12 }}{{ 1.25 | humanize }}',
    "a  {{- /* nothing to say */ -}}  b {{- $labels.pod -}} c",
]
VALUES = [
    0.0, 1.0, -1.0, 0.5, 3.0, 59.0, 61.5, 3599.9, 3600.0, 86399.0, 90061.25, -90061.0, 999.5, 999.96, 1000.0, 1023.0, 1024.0,
    123456.0, 999999.0, 1e6, 1234567.0, 1e9, 123456789.125, 2.5e15, 9e18, 0.1, 0.0001, 0.00001234, 1e-9, -0.002,
    1 / 3, math.pi * 1e5, 5e-324, math.nan, math.inf, -math.inf,
]  # fmt: skip
# Longer than Go's whole numbers are: there it says -106751991167300d.
FOREVER = [1e21, 1.5e27, 1e300]
LABELS = {"pod": "jupyter-ana", "text": "o'neil's big_hub é-la ßa 2x", "when": "1795442400.5", "number": "1234567"}


@pytest.mark.parametrize(
    ("texts", "values"),
    [(TEMPLATES, VALUES), ([text for text in TEMPLATES if "Duration" not in text], FOREVER)],
    ids=["all", "very large"],
)
def test_templates_say_what_promtool_expects(tmp_path: Path, texts: list[str], values: list[float]) -> None:
    rules = [{"alert": "A", "expr": "x == x or x != x", "annotations": _named(texts)}]

    tests = [_expecting(texts, minute, value) for minute, value in enumerate(values)]

    assert verdict(tmp_path, rules, [_one_test(values, tests)]) == ""


def _named(texts: Iterable[str]) -> dict[str, str]:
    return {f"t{number}": text for number, text in enumerate(texts)}


def _expecting(texts: list[str], minute: int, value: float) -> dict[str, Any]:
    said = {name: expanded(text, LABELS, value) for name, text in _named(texts).items()}
    return {
        "eval_time": f"{minute}m",
        "alertname": "A",
        "exp_alerts": [{"exp_labels": LABELS, "exp_annotations": said}],
    }


def _one_test(values: Iterable[float], tests: list[dict[str, Any]]) -> dict[str, Any]:
    labels = ",".join(f'{name}="{text}"' for name, text in LABELS.items())
    series = {"series": f"x{{{labels}}}", "values": " ".join(map(numbers.text, values))}
    return {"interval": "1m", "input_series": [series], "alert_rule_test": tests}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ if $value }}x{{ end }}", '"if" is not known here'),
        ("{{ range query `up` }}{{ end }}", '"range" is not known here'),
        ("{{ $externalLabels.x }}", '"$externalLabels.x" is not known here'),
        ("{{ $labels }}", '"$labels" is not known here'),
        ("{{ $value | $labels.x }}", "must be a function"),
        ("{{ $value", "has no end"),
        ("{{ }}", "something is missing"),
        ('{{ "a }}', "a text is not closed"),
        ("{{ humanize }}", "humanize wants one value, not 0"),
        ("{{ $value | toUpper }}", "toUpper wants a text"),
        ('{{ printf "%d" $value }}', "use %v, or %.0f"),
        ('{{ printf "%.2f" $labels.x }}', "cannot print a text"),
        ('{{ printf "%q" $labels.x }}', "printf does not know"),
        ('{{ printf "%s" }}', "fewer values than verbs"),
        ('{{ printf "x" $value }}', "more values than verbs"),
        ("{{ printf $value }}", "printf wants a text first"),
        ("{{ (printf `%v` 1 }}", "a bracket is not closed"),
    ],
)
def test_what_is_not_known_is_a_fault_that_says_so(text: str, said: str) -> None:
    assert said in str(fault_of(text))
    with pytest.raises(BadTemplate):
        expanded(text, {}, 1.0)


@pytest.mark.parametrize("text", TEMPLATES)
def test_what_promtool_expects_has_no_fault(text: str) -> None:
    assert fault_of(text) is None


def test_the_labels_that_a_template_names_are_known() -> None:
    text = '{{ $labels.pod }} of {{ printf "%s %.1f" (toUpper .Labels.hub) $value }}'

    assert labels_used(text) == {"pod", "hub"}


def test_what_depends_on_the_alert_is_a_fault_in_its_text_only() -> None:
    text = "it has {{ $labels.size | humanize }}"

    assert fault_of(text) is None
    assert expanded_or_fault(text, {"size": "12"}, 1.0) == "it has 12"
    assert expanded_or_fault(text, {"size": "big"}, 1.0) == '<error expanding template: "big" is no number>'


@given(st.text(alphabet='{}$| .valueLbhmniz"`()%1-/*', max_size=40))
def test_any_text_is_expanded_or_refused_and_nothing_else(text: str) -> None:
    fault = fault_of(text)

    if fault is None:
        assert isinstance(expanded_or_fault(text, {}, 1.0), str)
    else:
        assert fault
