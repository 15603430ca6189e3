"""The scenarios: each row of Alertmanager's needsUpdate, met by grouping, inhibition, silences, flaps, a cold start and
a restart.

Groups that begin at 0 are flushed at 1, 4, 7, 10 and 13 where nothing else is said; things happen between.
"""

from aggregator.notify.deduplicating import Reason
from tests.notify.scenario import INHIBIT, Scenario, expire, fire, resolve, silence, told

FIRST, NEW, REPEAT = Reason.FIRST, Reason.NEW, Reason.REPEAT
OVER, ONE_OVER = Reason.ALL_RESOLVED, Reason.NEW_RESOLVED

GROUPING = (
    Scenario(
        "first, two groups",
        (fire(0, "a b Other/c"),),
        (told(1, FIRST, "a b"), told(1, FIRST, "Other/c")),
    ),
    Scenario("new in its group", (fire(0, "a"), fire(2.5, "b")), (told(1, FIRST, "a"), told(4, NEW, "a b"))),
    Scenario(
        "all of a group resolved",
        (fire(0, "a b"), resolve(2.5, "a b")),
        (told(1, FIRST, "a b"), told(4, OVER, "", "a b")),
    ),
    Scenario(
        "one of a group resolved, then the other",
        (fire(0, "a b"), resolve(2.5, "a"), resolve(5.5, "b")),
        (told(1, FIRST, "a b"), told(4, ONE_OVER, "b", "a"), told(7, OVER, "", "b")),
    ),
    Scenario(
        "a group again and again",
        (fire(0, "a b"),),
        (told(1, FIRST, "a b"), told(7, REPEAT, "a b"), told(13, REPEAT, "a b")),
        repeat_interval=5,
    ),
    Scenario(
        "nothing of one resolved where that is not sent",
        (fire(0, "a b"), resolve(2.5, "a"), resolve(5.5, "b"), fire(8.5, "b")),
        (told(1, FIRST, "a b"), told(10, NEW, "b")),
        send_resolved=False,
    ),
    Scenario(
        "every label makes a group",
        (fire(0, "a b"), resolve(2.5, "b")),
        (told(1, FIRST, "a"), told(1, FIRST, "b"), told(4, OVER, "", "b")),
        group_by=("...",),
    ),
    Scenario(
        "no label makes a group",
        (fire(0, "a"), fire(2.5, "Other/b")),
        (told(1, FIRST, "a"), told(4, NEW, "a Other/b")),
        group_by=(),
    ),
)

INHIBITION = (
    Scenario(
        "first after what inhibited it",
        (fire(0, "source target"), resolve(2.5, "source")),
        (told(1, FIRST, "source"), told(4, OVER, "", "source"), told(4, FIRST, "target")),
        group_by=("name",),
        inhibit=INHIBIT,
    ),
    Scenario(
        "new, but for what is inhibited",
        (fire(0, "x"), fire(2.5, "source target"), resolve(5.5, "source")),
        (told(1, FIRST, "x"), told(4, NEW, "x source"), told(7, NEW, "x target", "source")),
        inhibit=INHIBIT,
    ),
    Scenario(
        "all resolved, also what was inhibited",
        (fire(0, "source target"), resolve(2.5, "source target")),
        (told(1, FIRST, "source"), told(4, OVER, "", "source target")),
        inhibit=INHIBIT,
    ),
    Scenario(
        "one resolved, but for what is inhibited",
        (fire(0, "x source target"), resolve(2.5, "target"), resolve(5.5, "source")),
        (told(1, FIRST, "x source"), told(7, ONE_OVER, "x", "source")),
        inhibit=INHIBIT,
    ),
    Scenario(
        "what inhibits again and again",
        (fire(0, "source target"),),
        (told(1, FIRST, "source"), told(7, REPEAT, "source"), told(13, REPEAT, "source")),
        repeat_interval=5,
        inhibit=INHIBIT,
    ),
    Scenario(
        "nothing of what is inhibited, not even again",
        (fire(0, "target"), fire(2.5, "source")),
        (told(1, FIRST, "target"), told(3.5, FIRST, "source"), told(9.5, REPEAT, "source")),
        group_by=("name",),
        repeat_interval=5,
        inhibit=INHIBIT,
    ),
    Scenario(
        "a silenced source inhibits",
        (silence(0, "role=source"), fire(0.1, "source target")),
        (),
        inhibit=INHIBIT,
    ),
)

SILENCE = (
    Scenario(
        "first after a silence",
        (silence(0, "name=a", until=2.5), fire(0.1, "a")),
        (told(4.1, FIRST, "a"),),
    ),
    Scenario(
        "first after a silence that was ended early",
        (silence(0, "name=~a|b"), fire(0.1, "a"), expire(5.5, "name=~a|b")),
        (told(7.1, FIRST, "a"),),
    ),
    Scenario(
        "new after a silence",
        (silence(0, "name=b", until=5.5), fire(0.1, "a b")),
        (told(1.1, FIRST, "a"), told(7.1, NEW, "a b")),
    ),
    Scenario(
        "all resolved but what is silenced",
        (fire(0, "a b"), silence(2.3, "name=b"), resolve(2.5, "a")),
        (told(1, FIRST, "a b"), told(4, OVER, "", "a")),
    ),
    Scenario(
        "all resolved but what is silenced, which then is new",
        (fire(0, "a b"), silence(2.3, "name=b", until=5.5), resolve(2.5, "a")),
        (told(1, FIRST, "a b"), told(4, OVER, "", "a"), told(7, NEW, "b")),
    ),
    Scenario(
        "one resolved while another is silenced",
        (fire(0, "a b c"), silence(2.3, "name=c"), resolve(2.5, "b")),
        (told(1, FIRST, "a b c"), told(4, ONE_OVER, "a", "b")),
    ),
    Scenario(
        "again after a silence",
        (fire(0, "a"), silence(5.5, "name=a", until=8.5)),
        (told(1, FIRST, "a"), told(10, REPEAT, "a")),
        repeat_interval=5,
    ),
    Scenario(
        "nothing after a silence over what is known",
        (fire(0, "a"), silence(2.5, "name=a", until=5.5)),
        (told(1, FIRST, "a"),),
    ),
    Scenario(
        "nothing of what came and went in a silence",
        (silence(0, 'name!=""'), fire(0.1, "a"), resolve(2.5, "a"), expire(5.5, 'name!=""')),
        (),
    ),
)

FLAP = (
    Scenario(
        "first, though it was away for a while",
        (fire(0, "a"), resolve(1, "a"), fire(2, "a")),
        (told(3, FIRST, "a"),),
        group_wait=3,
    ),
    Scenario(
        "new when it comes back",
        (fire(0, "a"), resolve(2.5, "a"), fire(5.5, "a")),
        (told(1, FIRST, "a"), told(4, OVER, "", "a"), told(7, NEW, "a")),
    ),
    Scenario(
        "all resolved once, however often between",
        (fire(0, "a"), resolve(2, "a"), fire(2.5, "a"), resolve(3, "a")),
        (told(1, FIRST, "a"), told(4, OVER, "", "a")),
    ),
    Scenario(
        "one resolved that came and went beside another",
        (fire(0, "a"), fire(2, "b"), resolve(3, "b")),
        (told(1, FIRST, "a"), told(4, ONE_OVER, "a", "b")),
    ),
    Scenario(
        "again, though it was away between",
        (fire(0, "a"), resolve(2, "a"), fire(3, "a")),
        (told(1, FIRST, "a"), told(7, REPEAT, "a"), told(13, REPEAT, "a")),
        repeat_interval=5,
    ),
    Scenario("nothing of what is over before it is told", (fire(0, "a"), resolve(1, "a")), (), group_wait=3),
    Scenario(
        "nothing of what came and went after the end",
        (fire(0, "a"), resolve(2.5, "a"), fire(5, "b"), resolve(6, "b")),
        (told(1, FIRST, "a"), told(4, OVER, "", "a")),
    ),
)

COLD_START = (
    Scenario("first at once where it is old", (fire(0, "a", since=-10),), (told(0, FIRST, "a"),)),
    Scenario(
        "at once when an old one joins",
        (fire(0, "a"), fire(2, "b", since=-10)),
        (told(2, FIRST, "a b"),),
        group_wait=5,
    ),
    Scenario(
        "new after a cold start",
        (fire(0, "a", since=-10), fire(1.5, "b", since=-10)),
        (told(0, FIRST, "a"), told(3, NEW, "a b")),
    ),
    Scenario(
        "all resolved after a cold start",
        (fire(0, "a", since=-10), resolve(1.5, "a")),
        (told(0, FIRST, "a"), told(3, OVER, "", "a")),
    ),
    Scenario(
        "one resolved after a cold start",
        (fire(0, "a", since=-10), fire(1.5, "b"), resolve(4.5, "b")),
        (told(0, FIRST, "a"), told(3, NEW, "a b"), told(6, ONE_OVER, "a", "b")),
    ),
    Scenario(
        "again after a cold start",
        (fire(0, "a", since=-10),),
        (told(0, FIRST, "a"), told(6, REPEAT, "a"), told(12, REPEAT, "a")),
        repeat_interval=5,
    ),
    Scenario("nothing of what was over at a cold start", (resolve(0, "a"),), ()),
)

RESTART = (
    Scenario("first after a restart", (fire(0, "a"),), (told(8, FIRST, "a"),), group_wait=8, restart=True),
    Scenario(
        "new after a restart",
        (fire(0, "a"), fire(8.5, "b")),
        (told(1, FIRST, "a"), told(10, NEW, "a b")),
        restart=True,
    ),
    Scenario(
        "all resolved after a restart",
        (fire(0, "a"), resolve(8.5, "a")),
        (told(1, FIRST, "a"), told(10, OVER, "", "a")),
        restart=True,
    ),
    Scenario(
        "one resolved after a restart",
        (fire(0, "a b"), resolve(8.5, "a")),
        (told(1, FIRST, "a b"), told(10, ONE_OVER, "b", "a")),
        restart=True,
    ),
    Scenario(
        "again after a restart",
        (fire(0, "a"),),
        (told(1, FIRST, "a"), told(10, REPEAT, "a")),
        repeat_interval=8,
        restart=True,
    ),
    Scenario("nothing after a restart", (fire(0, "a"),), (told(1, FIRST, "a"),), restart=True),
    Scenario(
        "a silence outlives a restart",
        (silence(0, "name=a", until=8.5), fire(0.1, "a")),
        (told(10.1, FIRST, "a"),),
        restart=True,
    ),
)

TOLD_AFTER_ALL = (
    "Alertmanager forgets what resolves while it is muted, and whoever was told that it fires is never told that it is "
    "over. Here it is told when the mute ends."
)
DIFFERENT = (
    Scenario(
        "over while silenced",
        (fire(0, "a"), silence(2.3, "name=a", until=8.5), resolve(2.5, "a")),
        (told(1, FIRST, "a"), told(10, OVER, "", "a")),
        theirs=(told(1, FIRST, "a"),),
        why=TOLD_AFTER_ALL,
    ),
    Scenario(
        "over while inhibited",
        (fire(0, "target"), fire(2.5, "source"), resolve(5.5, "target"), resolve(8, "source")),
        (
            told(1, FIRST, "target"),
            told(3.5, FIRST, "source"),
            told(9.5, OVER, "", "source"),
            told(10, OVER, "", "target"),
        ),
        group_by=("name",),
        inhibit=INHIBIT,
        theirs=(told(1, FIRST, "target"), told(3.5, FIRST, "source"), told(9.5, OVER, "", "source")),
        why=TOLD_AFTER_ALL,
    ),
    Scenario(
        "over while silenced, and others were told of between",
        (fire(0, "a b"), silence(2.3, "name=b", until=8.5), resolve(2.5, "a"), resolve(5.5, "b")),
        (told(1, FIRST, "a b"), told(4, OVER, "", "a"), told(10, OVER, "", "b")),
        theirs=(told(1, FIRST, "a b"), told(4, OVER, "", "a")),
        why=TOLD_AFTER_ALL,
    ),
)
"""The only deliberate differences, each with its reason."""

SCENARIOS = (*GROUPING, *INHIBITION, *SILENCE, *FLAP, *COLD_START, *RESTART, *DIFFERENT)
