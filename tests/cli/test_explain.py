"""`crosshub explain`: what goes to which cluster, and what is done here."""

from tests.cli.conftest import Run


def test_a_plan_is_shown_without_asking_for_samples(crosshub: Run) -> None:
    done = crosshub("explain", "topk(3, avg by (namespace) (rate(container_cpu_usage_seconds_total[5m])))")

    assert done.stdout.splitlines() == [
        "topk(3, …)                                             here",
        "└ avg by (namespace) (…)                               here, from sums and counts",
        "  ├ 4 of 4 clusters, in one request with the other parts:",
        "    sum by (namespace) (rate(container_cpu_usage_seconds_total[5m]))",
        "  └ 4 of 4 clusters, in one request with the other parts:",
        "    count by (namespace) (rate(container_cpu_usage_seconds_total[5m]))",
        "lane: evaluate",
    ]


def test_what_a_cluster_computes_whole_is_spliced(crosshub: Run) -> None:
    done = crosshub("explain", 'sum by (cluster) (up{cluster=~"oslo|quito"})', "--range", "1h", "--step", "1m")

    assert done.stdout.splitlines() == [
        "2 of 4 clusters (oslo, quito), one request each:",
        "  sum(up)",
        "lane: splice",
    ]


def test_what_does_not_parse_is_not_explained(crosshub: Run) -> None:
    done = crosshub("explain", "sum(")

    assert (done.returncode, done.stderr) == (1, "1:5: parse error: unclosed left parenthesis\n")
