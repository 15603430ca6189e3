"""The four clusters: namespaces, nodes and people are partly the same in all of them, buckets and scrape times are not."""

from tests.fleet.values import Place

START = 1767571200_000  # 2026-01-05 00:00 UTC
HOURS = 6
END = START + HOURS * 3600_000
INTERVAL = 15_000
SAMPLES = (END - START) // INTERVAL

# Names that people really have, and labels that only Prometheus' grammar allows.
ODD_PEOPLE = ('o"brien', "back\\slash", "Zoë", "名前", "new\nline", " ", '{a="b"}', ".*")

_WIDE = ("0.1", "0.5", "1", "5", "10", "+Inf")

PLACES = (
    Place(
        name="lisbon",
        shift=0,
        namespaces=("prod", "staging", "workshop"),
        people=("ana", "bo", *ODD_PEOPLE),
        buckets=_WIDE,
        nodes=("node-1", "node-2", "gpu-1"),
    ),
    Place(
        name="oslo",
        shift=3_217,
        namespaces=("prod", "staging", "fjord"),
        people=("ana", "kari", "Zoë"),
        buckets=_WIDE,
        nodes=("node-1", "node-2"),
    ),
    Place(
        name="perth",
        shift=11_999,
        namespaces=("prod",),
        people=("bo", "kylie"),
        buckets=("0.25", "1.0", "10.0", "+Inf"),
        nodes=("node-1", "node-3"),
    ),
    Place(
        name="quito",
        shift=7_500,
        namespaces=("prod", "staging", "workshop", "andes"),
        people=("ana", "luz", 'o"brien'),
        buckets=("0.5", "1", "2.5", "+Inf"),
        nodes=("node-1", "node-2"),
    ),
)
