"""What was measured as a page that people read: targets beside what was reached, then every number."""

from collections.abc import Iterator, Mapping
from statistics import median

from tests.bench import access
from tests.bench.aligned import aligned
from tests.bench.link import DELAY, RATE
from tests.bench.mails import LONGEST
from tests.bench.queries import PANELS
from tests.bench.race import BARE, CROSSHUB, REMOTE_READ, SHOWN, UNION
from tests.bench.results import Heat, Measured
from tests.bench.rollup_history import INTERVAL
from tests.bench.rollups import YEAR

_TO_REACH = {20: (1.12, 2.2), 4: (1.35, 2.0)}
_NETWORK = {"near": "on one machine", "far": "far away"}
_FLAT = 10.0


def page(measured: Measured, facts: Mapping[str, str], far_encoding: str) -> str:
    """The whole of docs/benchmarks.md."""
    return "\n".join(
        [
            "# How fast answers are",
            "",
            "Written by `make bench`; the next run writes over it.",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
            *_method(far_encoding),
            "## Targets",
            "",
            *aligned(("what", "target", "measured", ""), list(_targets(measured))),
            "",
            *_summary(measured),
            *(line for heat in measured.heats for line in _heat(heat)),
            *_costs(measured),
            *_rollups(measured),
            *_mails(measured),
            *_who_gets_in(measured),
            *_queries(),
        ]
    )


def _method(far_encoding: str) -> list[str]:
    return f"""\
The limit is physics: *bare* is a client that sends the questions of Crosshub's own plan to every cluster at once and
reads the bytes of the answers. Where a plan has several questions it also sends them as one, and the quicker form
counts. *Relay* asks the same questions with uvicorn in front, and gives back the first answer unread: the least that a
hop in Python costs. *Crosshub* is `crosshub serve`, *union* one Prometheus that holds all series, *remote_read* a central Prometheus
that reads the clusters. The same client asks all of them over kept connections, in turns, and counts until the last
byte; medians of the repeats, milliseconds, and in brackets the ratio to bare. Who comes first changes from turn to turn.
Before, the answers are compared: labels, points, values within 1e-9. Everything runs on the one machine, so contestants
that make the clusters compute more share its cores with them; each cluster has GOMAXPROCS=1, the union and the central
Prometheus 2.

*Near*: loopback, `Accept-Encoding: identity` on every hop. *Far away*: a proxy process stands in front of each cluster
and of the union. Each way of such a link takes {DELAY * 1000:.0f} ms and carries {RATE / 1e6:.0f} Mbit/s, shared by its connections;
opening a connection costs nothing. Over it bare, Crosshub (`encoding: {far_encoding}`) and the union are asked for
{far_encoding}; remote_read always packs with snappy. Whoever asks Crosshub or the central Prometheus stands beside it.

""".splitlines()


def _targets(measured: Measured) -> Iterator[tuple[str, ...]]:
    for heat in measured.heats:
        if heat.network == "near" and heat.clusters in _TO_REACH:
            middle, worst = _TO_REACH[heat.clusters]
            ratios = heat.ratios(CROSSHUB)
            yield _at_most(f"ratio to bare at {heat.clusters} clusters, median", middle, median(ratios))
            yield _at_most(f"ratio to bare at {heat.clusters} clusters, worst", worst, max(ratios))
        if heat.network == "far":
            faster = median(heat.ratios(REMOTE_READ, CROSSHUB))
            what = f"times as fast as remote_read, {heat.clusters} clusters far away, median"
            yield what, "≥ 2", f"{faster:.2f}", _judged(reached=faster >= 2)
    if measured.splice:
        yield _at_most("passing through, ms per MB", 3.0, measured.splice[0])
    for what, taken in measured.fifty.items():
        yield _at_most(f"50 clusters answering 20 KB each ({what}), ms", 25.0, taken)
    if measured.planning:
        yield _at_most("planning, slowest query, ms", 0.5, max(measured.planning.values()))
    if measured.memory:
        grown = measured.memory.end - measured.memory.warm
        yield _at_most(f"memory grown over {measured.memory.queries:,} queries, MB", _FLAT, grown)
    yield from _of_what_is_kept(measured)
    if measured.replay:
        yield from ((*told, _judged(reached=reached)) for *told, reached in access.targets(measured.replay))


def _of_what_is_kept(measured: Measured) -> Iterator[tuple[str, ...]]:
    for done in measured.mailed:
        yield _at_most(
            f"mails of {done.communities} communities made and sent, {done.database}, s", LONGEST, done.seconds
        )
    for drawn in measured.drawn:
        yield _at_most(f"a year of daily rollups of {drawn.hubs} hubs, {drawn.database}, ms", YEAR, drawn.ms)


def _at_most(what: str, target: float, taken: float) -> tuple[str, ...]:
    return what, f"≤ {target:g}", f"{taken:.2f}", _judged(reached=taken <= target)


def _judged(*, reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _summary(measured: Measured) -> list[str]:
    """Median and worst ratio of every contestant: to bare, and at last of remote_read to Crosshub."""
    if not measured.heats:
        return []
    rows = [
        (f"{heat.clusters} clusters {_NETWORK[heat.network]}", kind or "all", *_ratios(heat, kind))
        for heat in measured.heats
        for kind in (*heat.kinds, "")
    ]
    head = ("", "", *SHOWN[1:], f"{REMOTE_READ} to {CROSSHUB}")
    return ["## Ratios to bare, median / worst", "", *aligned(head, rows), ""]


def _ratios(heat: Heat, kind: str) -> list[str]:
    columns = [heat.ratios(name, kind=kind) for name in SHOWN[1:]]
    columns.append(heat.ratios(REMOTE_READ, CROSSHUB, kind))
    return [f"{median(ratios):.2f} / {max(ratios):.2f}" for ratios in columns]


def _heat(heat: Heat) -> list[str]:
    rows = [
        (query.name, query.kind, *_against_bare({name: heat.seconds[name, query] for name in SHOWN}))
        for query in heat.queries
    ]
    crowds = [("all at the same moment", kind, *_against_bare(taken)) for kind, taken in heat.together.items()]
    return [
        f"## {heat.clusters} clusters {_NETWORK[heat.network]}",
        "",
        *aligned(("query", "", *SHOWN), rows + crowds),
        "",
        *_sameness(heat),
        "",
    ]


def _against_bare(taken: Mapping[str, float]) -> list[str]:
    first = f"{taken[BARE] * 1000:.1f}"
    return [first, *(f"{taken[name] * 1000:.1f} ({taken[name] / taken[BARE]:.2f})" for name in SHOWN[1:])]


def _sameness(heat: Heat) -> list[str]:
    if not heat.differences:
        return [f"{CROSSHUB} and {REMOTE_READ} answered as the {UNION} did."]
    return ["Answered otherwise than by the union:", "", *(f"- {words}" for words in heat.differences)]


def _costs(measured: Measured) -> list[str]:
    lines = ["## Crosshub's own work", ""]
    if measured.splice:
        taken, megabytes = measured.splice
        lines.append(f"- passing through an answer of {megabytes:.1f} MB, in the process: {taken:.2f} ms per MB")
    lines += [f"- 50 clusters, 20 KB each, {what}: {taken:.1f} ms" for what, taken in measured.fifty.items()]
    if measured.planning:
        slowest = max(measured.planning, key=measured.planning.__getitem__)
        middle = sorted(measured.planning.values())[len(measured.planning) // 2]
        lines.append(
            f"- reading and planning for 20 clusters: median {middle:.3f} ms, slowest "
            f"{measured.planning[slowest]:.3f} ms ({slowest.name})"
        )
    if measured.memory:
        held = measured.memory
        lines.append(f"- memory: {held.warm:.0f} MB when warm, {held.end:.0f} MB after {held.queries:,} queries more")
    return [*lines, ""]


def _rollups(measured: Measured) -> list[str]:
    if not measured.backfilled and not measured.drawn:
        return []
    lines = ["## Rollups", ""]
    lines += [
        f"- {done.days} days of {done.hubs} hubs and {done.measures} measures backfilled into {done.database}, from "
        f"{done.clusters} clusters scraped every {INTERVAL // 1000} s: {done.pieces} pieces, {done.rows:,} rows in "
        f"{done.seconds:.0f} s, {done.rows / done.seconds:,.0f} rows a second"
        for done in measured.backfilled
    ]
    lines += [
        f"- `{drawn.query}` over a year, {drawn.database}, {drawn.rows:,} rows beside it: median {drawn.ms:.0f} ms, "
        f"slowest of {drawn.repeats} {drawn.slowest:.0f} ms, {drawn.points:,} points"
        for drawn in measured.drawn
    ]
    return [*lines, ""]


def _mails(measured: Measured) -> list[str]:
    if not measured.mailed:
        return []
    lines = [
        f"- reports of {done.communities} communities, {done.database}: made in {done.made:.0f} s, sent to a mail server on "
        f"the loopback in {done.sent:.0f} s, {done.kilobytes:.0f} KB each"
        for done in measured.mailed
    ]
    return ["## Mails", "", *lines, ""]


def _who_gets_in(measured: Measured) -> list[str]:
    return ["## Who gets in", "", *access.lines(measured.replay)] if measured.replay else []


def with_section(page: str, measured: Measured, facts: Mapping[str, str]) -> str:
    """The page with the one section that was measured, and everything else on it as it was before."""
    title, *lines = _rollups(measured) or _mails(measured) or _who_gets_in(measured)
    targets = aligned(("what", "target", "measured", ""), list(_targets(measured)))
    section = [title, "", *(f"- {name}: {value}" for name, value in facts.items()), "", *targets, *lines]
    before, _, after = page.partition(f"{title}\n")
    rest = after[after.find("\n## ") + 1 :] if after else ""
    if not after:
        before, queries, rest = page.partition("## The queries\n")
        rest = queries + rest
    return before + "\n".join(section) + "\n" + rest


def _queries() -> list[str]:
    return ["## The queries", "", *aligned(("name", "PromQL"), [(each.name, f"`{each.text}`") for each in PANELS]), ""]
