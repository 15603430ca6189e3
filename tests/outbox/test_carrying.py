"""What a notice says for one that was never sent."""

from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.outbox.carrying import carried
from aggregator.outbox.notice import Notice, Status
from tests.outbox.notices import FIRST, MINUTE, NEW, NOW, REPEAT, RESOLVED, item, notice

MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
BACK = item(status="resolved")
PORTO, PORTO_BACK = item("porto"), item("porto", "resolved")
STOOD = "this is how it stood at 2026-11-25 14:05 UTC, and it is not told of any more"


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        pytest.param(notice(item()), notice(BACK, reason=RESOLVED), notice(BACK, reason=RESOLVED),
                     id="it was down and is back: one sentence"),
        pytest.param(notice(item()), notice(item(), PORTO, reason=NEW), notice(item(), PORTO, reason=NEW),
                     id="what both say is said once"),
        pytest.param(notice(PORTO_BACK, reason=RESOLVED), notice(item(), reason=NEW),
                     notice(item(), PORTO_BACK, reason=NEW), id="what was over is still told"),
        pytest.param(notice(item()), notice(PORTO_BACK, reason=RESOLVED),
                     notice(replace(item(), held=STOOD), PORTO_BACK, reason=RESOLVED),
                     id="what nobody speaks of any more is told as it stood"),
        pytest.param(notice(item(), PORTO, reason=REPEAT), notice(BACK, reason=RESOLVED), notice(BACK, reason=RESOLVED),
                     id="what was only repeated is gone"),
        pytest.param(notice(item()), notice(item(), reason=REPEAT), notice(item(), reason=FIRST),
                     id="what was never said is no repetition"),
        pytest.param(notice(BACK, reason=RESOLVED), notice(item(people=2)), notice(item(people=2)),
                     id="it was back and is down again"),
    ],
)  # fmt: skip
def test_a_notice_carries_what_the_one_before_it_would_have_told(older: Notice, newer: Notice, said: Notice) -> None:
    assert carried(older, newer) == said


STATUSES: st.SearchStrategy[Status] = st.sampled_from(("firing", "resolved"))
ITEMS = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), STATUSES, min_size=1).map(
    lambda there: tuple(item(name, status) for name, status in sorted(there.items(), key=lambda pair: pair[1]))
)
NOTICES = st.builds(
    lambda items, reason, minutes: notice(*items, reason=reason, at=NOW + minutes * MINUTE),
    ITEMS,
    st.sampled_from((FIRST, NEW, RESOLVED, REPEAT)),
    st.integers(0, 9),
)


@MANY
@given(st.lists(NOTICES, min_size=1, max_size=5))
def test_nothing_new_is_lost_however_many_are_superseded(notices: list[Notice]) -> None:
    said = notices[0]
    for newer in notices[1:]:
        said = carried(said, newer)

    news = chain.from_iterable(each.items for each in notices if each.reason != REPEAT or each is notices[-1])
    assert {each.fingerprint for each in news} <= {each.fingerprint for each in said.items}
    assert {each.fingerprint: each for each in said.items}.items() >= {
        each.fingerprint: each for each in notices[-1].items
    }.items()
    assert [each.status for each in said.items] == sorted(each.status for each in said.items)
    assert said.status == said.items[0].status
