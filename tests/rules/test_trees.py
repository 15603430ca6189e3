"""What is told from the tree of an expression: the labels of its result."""

import pytest

from aggregator.promql.parse import parse
from aggregator.rules.kept_labels import labels_kept

ASKED = ("cluster", "namespace", "pod", "le", "new")

KEPT = [
    ("up", "cluster namespace pod le new"),
    ("sum(up)", ""),
    ("sum by (cluster, namespace) (up)", "cluster namespace"),
    ("sum without (pod, le) (up)", "cluster namespace new"),
    ("sum by (pod) (sum by (cluster, namespace) (up))", ""),
    ("sum by (cluster) (sum without (pod) (up))", "cluster"),
    ("topk(2, up)", "cluster namespace pod le new"),
    ('count_values("new", sum by (cluster) (up))', "new"),
    ('count_values by (cluster) ("new", up)', "cluster new"),
    ("histogram_quantile(0.9, sum by (cluster, le) (rate(x_bucket[5m])))", "cluster"),
    ('label_replace(sum by (cluster) (up), "new", "$1", "a", "(.*)")', "cluster new"),
    ("max_over_time((sum by (cluster) (up))[1h:1m])", "cluster"),
    ("quantile_over_time(0.9, up[1h])", "cluster namespace pod le new"),
    ("clamp_max(sum by (pod) (up), 3)", "pod"),
    ("absent(up)", ""),
    ('absent_over_time(up{pod="a", le=~"b"}[5m])', "pod"),
    ("vector(1)", ""),
    ("time() - 5", ""),
    ("scalar(up) + sum by (pod) (up)", "pod"),
    ("-sum by (pod) (up) * 100", "pod"),
    ("a / on (cluster, pod) b", "cluster pod"),
    ("a / ignoring (pod) b", "cluster namespace le new"),
    ("sum by (cluster, pod) (a) / sum by (cluster, pod) (b)", "cluster pod"),
    ("a * on (pod) group_left (new) sum by (pod) (b)", "cluster namespace pod le new"),
    ("sum by (pod) (a) * on (pod) group_right sum by (pod, le) (b)", "pod le"),
    ("sum by (pod) (a) and on (pod) b", "pod"),
    ("sum by (pod) (a) unless b", "pod"),
    ("sum by (pod) (a) or sum by (le) (b)", "pod le"),
    ("sum by (pod) (a) or sum without (le) (b)", "cluster namespace pod new"),
]


@pytest.mark.parametrize(("expr", "kept"), KEPT)
def test_the_labels_that_a_result_may_have(expr: str, kept: str) -> None:
    found = labels_kept(parse(expr))

    assert [label for label in ASKED if found.may_have(label)] == kept.split()
