"""Counting of our own, which tells what prometheus_client's would."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from aggregator.traffic import SECONDS, Traffic

SEEN = (0.0, 0.0004, 0.001, 0.0010001, 0.25, 2.5, 29.9, 30, 30.1, 4000.0)


def test_it_tells_what_counters_and_histograms_of_the_library_would() -> None:
    told, own = CollectorRegistry(), CollectorRegistry()
    questions = Counter("crosshub_server_cluster_queries", "Questions put to a cluster.", ["cluster"], registry=told)
    size = Counter("crosshub_server_cluster_bytes", "Bytes that a cluster sent.", ["cluster"], registry=told)
    seconds, answers = (
        Histogram(f"crosshub_server_{name}", words, [label], buckets=SECONDS, registry=told)
        for name, words, label in (
            ("cluster_seconds", "How long a cluster took.", "cluster"),
            ("query_seconds", "How long an answer took.", "lane"),
        )
    )
    lanes = Counter("crosshub_server_queries", "Queries answered.", ["lane"], registry=told)
    traffic = Traffic()
    own.register(traffic)

    for number, taken in enumerate(SEEN):
        for cluster in ("oslo", 'a "b"\\c'):
            traffic.clusters[cluster].add(taken, 1000 * number)
            questions.labels(cluster).inc()
            size.labels(cluster).inc(1000 * number)
            seconds.labels(cluster).observe(taken)
        traffic.lanes["splice"].add(taken)
        answers.labels("splice").observe(taken)
        lanes.labels("splice").inc()

    assert _lines(own) == _lines(told)


def test_before_anything_is_counted_there_are_no_series() -> None:
    own = CollectorRegistry()
    own.register(Traffic())

    assert not [line for line in generate_latest(own).splitlines() if not line.startswith(b"#")]


def _lines(registry: CollectorRegistry) -> list[bytes]:
    return sorted(line for line in generate_latest(registry).splitlines() if b"_created" not in line)
