"""The table of a run: how much was answered, how much failed, which lanes, how often each kind of node occurred."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.differential.judge import Outcome, Verdict
from tests.differential.kinds import KNOWN, kinds_of

ANSWERED, FAILED, LANE, KIND = 0.60, 0.10, 0.30, 20
# What is not decided, and what is excused, proves nothing; there may be little of it.
UNPROVEN = 0.01


@dataclass(frozen=True, slots=True)
class Report:
    """`answered`, `failed` and `lanes` are shares; `lanes` of those answers that say which lane they took."""

    questions: int
    expressions: int
    verdicts: Counter[str]
    answered: float
    failed: float
    lanes: dict[str, float]
    kinds: dict[str, int]
    exceptions: Counter[str]


def report(outcomes: Sequence[Outcome]) -> Report:
    expressions = list(dict.fromkeys(outcome.question.expression for outcome in outcomes))
    kinds: Counter[str] = sum((kinds_of(each) for each in expressions), Counter())
    lanes = Counter(outcome.ours.lane for outcome in outcomes if outcome.ours.lane)
    return Report(
        questions=len(outcomes),
        expressions=len(expressions),
        verdicts=Counter(str(outcome.verdict) for outcome in outcomes),
        answered=_share(outcome.union.has_something for outcome in outcomes),
        failed=_share(outcome.union.failed and outcome.ours.failed for outcome in outcomes),
        lanes={lane: count / lanes.total() for lane, count in sorted(lanes.items())},
        kinds={kind: kinds[kind] for kind in KNOWN},
        exceptions=Counter(outcome.reason for outcome in outcomes if outcome.verdict is Verdict.EXCEPTION),
    )


def shortcomings(run: Report) -> Iterator[str]:
    """In what the run does not reach what a run has to hold to prove anything."""
    if run.answered < ANSWERED:
        yield f"only {run.answered:.1%} were answered with something, not {ANSWERED:.0%}"
    if run.failed > FAILED:
        yield f"{run.failed:.1%} failed on both, more than {FAILED:.0%}"
    unproven = run.verdicts[Verdict.UNDECIDED] + run.verdicts[Verdict.EXCEPTION]
    if unproven > UNPROVEN * run.questions:
        yield f"{unproven} undecided or excused, more than {UNPROVEN:.0%}"
    for lane in ("splice", "evaluate"):
        if run.lanes.get(lane, 0.0) < LANE:
            yield f"only {run.lanes.get(lane, 0.0):.1%} took the lane {lane}, not {LANE:.0%}"
    for kind, count in run.kinds.items():
        if count < KIND:
            yield f"{kind} occurs only {count} times, not {KIND}"


def table(run: Report) -> str:
    """The run in Markdown, which a terminal shows well enough."""
    rows = {
        "expressions": f"{run.expressions:,}",
        "questions": f"{run.questions:,}",
        **{f"{verdict}": f"{run.verdicts[verdict]:,}" for verdict in Verdict},
        "answered with something by the union": f"{run.answered:.1%}",
        "failed on both": f"{run.failed:.1%}",
        **{f"lane {lane}": f"{share:.1%}" for lane, share in run.lanes.items()},
        **{f"exception: {name}": f"{count:,}" for name, count in run.exceptions.items()},
        "rarest kind of node": "{} ({})".format(*min(run.kinds.items(), key=lambda pair: pair[1])),
    }
    lines = ["| what | count |", "|---|---|", *(f"| {what} | {count} |" for what, count in rows.items())]
    kinds = ", ".join(f"`{kind}` {count}" for kind, count in sorted(run.kinds.items(), key=lambda pair: pair[1]))
    return "\n".join([*lines, "", f"Kinds of nodes: {kinds}", ""])


def told(outcomes: Iterable[Outcome]) -> str:
    """Differences, one paragraph each: what was asked, why it is wrong, both answers."""
    return "\n".join(
        f"{outcome.question.expression}\n    {outcome.question.kind} from {outcome.question.start}: {outcome.reason}\n"
        f"    union: {outcome.union.short()}\n    ours:  {outcome.ours.short()}\n"
        for outcome in sorted(outcomes, key=lambda each: len(each.question.expression))
    )


def _share(which: Iterator[bool]) -> float:
    flags = list(which)
    return sum(flags) / max(1, len(flags))
