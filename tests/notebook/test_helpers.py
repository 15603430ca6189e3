"""Every helper of prometheus-api-client works with what `connect` gives."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_api_client import Metric, MetricRangeDataFrame, MetricsList, MetricSnapshotDataFrame

from aggregator.notebook import Crosshub
from tests.fleet.places import END, START
from tests.notebook.kept import HUBS, LAST, NOW, people_on

LIVE = (datetime.fromtimestamp(START / 1000, UTC), datetime.fromtimestamp(END / 1000, UTC))
KEPT = (NOW - timedelta(days=40), NOW)
DAYS = 'crosshub_people{resolution="1d"}'


def test_it_is_reached(crosshub: Crosshub) -> None:
    assert crosshub.check_prometheus_connection()


def test_custom_query_asks_clusters_and_what_is_kept_in_one_expression(crosshub: Crosshub) -> None:
    query = "max by (cluster) (crosshub_people) and on (cluster) count by (cluster) (up @ 1767582000)"

    found = crosshub.custom_query(query, params={"time": _end_of_lisbon(LAST)})

    assert "lisbon" in {one["metric"]["cluster"] for one in found}


def test_custom_query_range_asks_over_time(crosshub: Crosshub) -> None:
    live = crosshub.custom_query_range("count(up)", *LIVE, "300")
    kept = crosshub.custom_query_range(f"sum({DAYS})", *KEPT, "1d")

    assert len(live[0]["values"]) == 73
    assert len(kept[0]["values"]) > 30


def test_get_metric_range_data_and_metrics_list_give_every_day(crosshub: Crosshub) -> None:
    labels = {"resolution": "1d", "cluster": "lisbon"}

    found = crosshub.get_metric_range_data("crosshub_people", labels, *KEPT, chunk_size=timedelta(days=10))
    (metric,) = MetricsList(found)

    assert metric.metric_name == "crosshub_people"
    assert metric.label_config["hub"] == "prod"
    assert len(metric.metric_values) == 35
    assert metric.metric_values.y.iloc[-1] == people_on("lisbon/prod", LAST)


def test_metrics_of_chunks_can_be_added(crosshub: Crosshub) -> None:
    labels = {"resolution": "1d", "cluster": "lisbon"}
    (first,) = crosshub.get_metric_range_data("crosshub_people", labels, KEPT[0], KEPT[1] - timedelta(days=10))
    (second,) = crosshub.get_metric_range_data("crosshub_people", labels, KEPT[1] - timedelta(days=10), KEPT[1])

    assert len((Metric(first) + Metric(second)).metric_values) == 35


# The library says `inplace`, which pandas 4 will not know; hence pandas below 4.
@pytest.mark.filterwarnings("ignore:The inplace keyword in MetricRangeDataFrame")
def test_metric_range_data_frame_has_a_row_a_sample(crosshub: Crosshub) -> None:
    live = MetricRangeDataFrame(crosshub.get_metric_range_data('up{cluster="oslo"}', None, *LIVE))
    kept = MetricRangeDataFrame(crosshub.get_metric_range_data(DAYS, None, *KEPT))

    assert set(live.cluster) == {"oslo"}
    assert sorted({f"{row.cluster}/{row.hub}" for row in kept.itertuples()}) == HUBS
    assert len(kept) == 4 * 35 - 2


def test_metric_snapshot_data_frame_has_a_row_a_series(crosshub: Crosshub) -> None:
    frame = MetricSnapshotDataFrame(crosshub.custom_query("up", params={"time": START / 1000 + 10800}))

    assert set(frame.cluster) == {"lisbon", "oslo", "perth", "quito"}
    assert set(frame.value) <= {0.0, 1.0}


def test_get_current_metric_value_is_that_of_the_last_bucket(crosshub: Crosshub) -> None:
    params = {"time": _end_of_lisbon(LAST)}

    found = crosshub.get_current_metric_value("crosshub_people", {"resolution": "1d", "hub": "prod"}, params)

    assert {one["metric"]["cluster"] for one in found} == {"lisbon", "oslo"}


def test_get_metric_aggregation_works_on_what_is_kept(crosshub: Crosshub) -> None:
    query = 'crosshub_people{resolution="1d",cluster="lisbon"}'

    found = crosshub.get_metric_aggregation(query, ["max", "min"], *KEPT, step="1d")

    assert 100 <= found["min"] <= found["max"] < 200


def test_lists_hold_clusters_and_rollups(crosshub: Crosshub) -> None:
    params = {"start": KEPT[0].timestamp(), "end": KEPT[1].timestamp()}

    assert "crosshub_people" in crosshub.all_metrics(params)
    assert {"cluster", "hub", "resolution"} <= set(crosshub.get_label_names(params))
    assert crosshub.get_label_values("resolution", params) == ["1d", "1h", "1mo", "1w"]
    assert len(crosshub.get_series(*KEPT, {"match[]": DAYS})) == 4
    assert crosshub.get_metric_metadata("crosshub_people")[0]["help"].startswith("Different people whose servers ran")
    assert crosshub.get_targets() == {"activeTargets": [], "droppedTargets": []}
    assert crosshub.get_scrape_pools() == []


@pytest.mark.parametrize("step", ["1d", "3600", "1h"])
def test_steps_may_be_written_in_any_way(crosshub: Crosshub, step: str) -> None:
    assert crosshub.custom_query_range(DAYS, KEPT[1] - timedelta(days=5), KEPT[1], step)


def _end_of_lisbon(day: object) -> float:
    return (datetime.fromisoformat(str(day)).replace(tzinfo=UTC) + timedelta(days=1, minutes=1)).timestamp()
