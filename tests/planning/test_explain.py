"""Plans in words: what goes to which cluster, and what is done here."""

from aggregator.planning.explain import explained, explanation
from tests.planning.shapes import INSTANT, RANGE, planned


def lines(query: str, *, exact: bool = False) -> list[str]:
    return explanation(planned(query, RANGE, exact=exact), 3).splitlines()


def test_a_spliced_query_goes_to_all() -> None:
    assert lines("rate(x[5m])") == ["3 of 3 clusters, one request each:", "  rate(x[5m])", "lane: splice"]


def test_few_clusters_are_named() -> None:
    assert lines('x{cluster="oslo"}')[0] == "1 of 3 clusters (oslo), one request each:"


def test_different_questions_stand_line_by_line() -> None:
    assert lines('x{cluster="oslo"} or y{cluster!="porto"}') == [
        "2 of 3 clusters, one request each:",
        '  lisbon: x{crosshub_nothing!~".*"} or y',
        "  oslo: x or y",
        "lane: splice",
    ]


def test_parts_stand_below_what_is_made_of_them() -> None:
    found = [" ".join(line.split()) for line in lines("avg(x) / on () sum(y @ 5)")]

    assert found == [
        "… / on () … here",
        "├ avg(…) here, from sums and counts",
        "├ 3 of 3 clusters, one request each:",
        "sum(x)",
        "└ 3 of 3 clusters, one request each:",
        "count(x)",
        "└ sum(…) here, from sums",
        "└ 3 of 3 clusters, one request each, once for all steps:",
        "sum(y @ 5)",
        "lane: evaluate",
    ]


def test_what_nobody_is_asked_for_is_said() -> None:
    assert lines('x{cluster="rome"}')[0] == 'no cluster: x{cluster="rome"}'
    assert lines("vector(1)")[0].split() == ["vector(1)", "here"]


def test_a_scalar_that_is_known_first_stands_below() -> None:
    found = lines("quantile_over_time(scalar(y), x[5m])")

    assert found[:2] == [
        "3 of 3 clusters, one request each, once … is known:",
        "  quantile_over_time(…, x[5m])",
    ]
    assert found[2].split("  ")[0] == "└ scalar(…)"


def test_an_exact_plan_says_so() -> None:
    assert lines("sum(x)", exact=True)[-1] == "lane: evaluate, without partial sums"


def test_the_same_as_json() -> None:
    assert explained(planned('sum(x{cluster="oslo"} or y) + 1')).as_json() == {
        "what": "… + 1",
        "where": "here",
        "of": [
            {
                "what": "sum(…)",
                "where": "here, from sums",
                "of": [
                    {
                        "what": 'sum(x{cluster="oslo"} or y)',
                        "where": "clusters, one request each",
                        "asks": [
                            {"clusters": ["lisbon", "porto"], "query": 'sum(x{crosshub_nothing!~".*"} or y)'},
                            {"clusters": ["oslo"], "query": "sum(x or y)"},
                        ],
                    }
                ],
            }
        ],
    }


def test_parts_of_one_moment_travel_in_one_request() -> None:
    found = explanation(planned("avg(x)", INSTANT), 3).splitlines()

    assert found[1] == "├ 3 of 3 clusters, in one request with the other parts:"


def test_more_steps_than_a_prometheus_answers_at_once_are_counted_in_requests() -> None:
    found = explanation(planned("max_over_time(sum(x)[7d:10s])", INSTANT), 3).splitlines()

    assert found[3] == "    └ 3 of 3 clusters, 6 requests each:"
