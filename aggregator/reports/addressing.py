"""A report that was made, put into the outbox: a message for each of those who are to get it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.delivery.receivers import COMMUNITY, MAILS
from aggregator.outbox import address_rows
from aggregator.outbox import rows as outbox_rows
from aggregator.outbox.letter import Addressed, written
from aggregator.outbox.notice import written as page_written
from aggregator.outbox.values import Message
from aggregator.reports import subscription_rows
from aggregator.reports.archive_rows import Archived, Head, keep_recipients, key, lane
from aggregator.reports.planned import NAMES, Planned
from aggregator.reports.recipients import WHOLE, Standing, Subscription, left_out
from aggregator.reports.short import short
from aggregator.reports.stop_links import stop_url
from aggregator.rollups.people_key import PeopleKey


@dataclass(frozen=True, slots=True)
class Addressing:
    """What it takes: the configuration, the key of links, and the moment."""

    config: Config
    key: PeopleKey
    now: datetime

    async def address(self, connection: AsyncConnection, made: Archived, plan: Planned) -> None:
        """Writes a message for each recipient, and for the community's Slack; notes who gets none and why."""
        test = self.config.reports.test_address
        to = plan.recipients if not plan.draft else tuple(filter(None, (test,)))
        of_all = await subscription_rows.subscriptions(connection, plan.community, (*plan.recipients, *to))
        standing = await self._standing(connection, plan.community, tuple(of_all))
        out = {each.id: left_out(each, standing) for each in of_all.values()}
        out |= {of_all[each].id: "draft" for each in plan.recipients if each not in to}
        await keep_recipients(connection, made.head.id, out)
        for each in of_all.values():
            if out[each.id] is None:
                await outbox_rows.enqueue(connection, self._message(made.head, each))
        if plan.has_slack and not plan.draft and not _is_quiet(standing):
            await outbox_rows.enqueue(connection, _to_slack(made, plan))

    async def again(
        self, connection: AsyncConnection, head: Head, addresses: Sequence[str], mark: str
    ) -> Mapping[str, str | None]:
        """Writes the same mail to some once more; by address why it does not go to them, or None. Nobody's pause is
        overlooked.
        """
        of_all = await subscription_rows.subscriptions(connection, head.community, addresses)
        standing = await self._standing(connection, head.community, addresses)
        found = {each.address: left_out(each, standing) for each in of_all.values()}
        for each in of_all.values():
            if found[each.address] is None:
                await outbox_rows.enqueue(connection, self._message(head, each, mark))
        return found

    async def _standing(self, connection: AsyncConnection, community: str, addresses: Sequence[str]) -> Standing:
        whole = (await subscription_rows.known(connection, community, (WHOLE,))).get(WHOLE)
        suppressed = await address_rows.suppressed(connection, addresses)
        return Standing(whole, suppressed, self.config.smtp is not None, self.now)

    def _message(self, head: Head, to: Subscription, *mark: str) -> Message:
        addressed = Addressed(
            letter=head.id,
            to=to.address,
            subject=head.subject,
            at=head.made_at,
            identity="\0".join((head.schedule, head.slot.isoformat(), *mark)),
            list_name=f"{NAMES}{head.community}",
            stop_url=stop_url(self.config.external_url, self.key, to.id),
        )
        name = key(head.id, to.id, *mark)
        return Message(name, MAILS, lane(to.id), "report", written(addressed))


def _is_quiet(standing: Standing) -> bool:
    return standing.whole is not None and standing.whole.is_quiet(standing.now)


def _to_slack(made: Archived, plan: Planned) -> Message:
    receiver = f"{COMMUNITY}{plan.community}"
    said = page_written(short(made.facts, plan.language))
    return Message(key(made.head.id, "slack"), receiver, f"{receiver} reports", "page", said)
