"""`/admin/deliveries`: which experience went to which server, and once more if it did not."""

from dataclasses import dataclass
from typing import Final

from quart import Blueprint, Response

from actors.administration import audit
from federation.errors import Refused
from objects.visibility import may_see
from storage.oversight import OversightStatements, Sent
from storage.records import ActivityRecord, ActorRecord, DeliveryRecord, ObjectRecord
from storage.store import Tx
from web.administration.desk import Desk, id_of, number_in
from web.rendering import redirect, register_done
from web.texts import mark

PAGE: Final = 30
STATES: Final = {
    "done": mark("arrived"),
    "waiting": mark("on its way"),
    "held": mark("waits for the server"),
    "failed": mark("refused or given up"),
    "cancelled": mark("not needed any more"),
}
ACTS: Final = {
    "Create": mark("published"),
    "Update": mark("changed"),
    "Delete": mark("withdrawn"),
    "Announce": mark("shared"),
}

register_done({"retried": mark("It is tried again now.")})


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery, with what it told."""

    delivery: DeliveryRecord
    act: str
    state: str


def add_delivery_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The delivery log."""

    @blueprint.get("/admin/deliveries")
    async def deliveries() -> Response:
        await desk.admin()
        before = number_in()

        async def operation(tx: Tx) -> tuple[list[Sent], dict[str, int]]:
            found = await OversightStatements(tx.connection).sent(before=before, limit=PAGE + 1)
            return found, await tx.deliveries.counts()

        found, counts = await desk.query(operation)
        return await desk.page(
            "deliveries",
            sent=found[:PAGE],
            following=found[PAGE - 1].record.id if len(found) > PAGE else None,
            counts=counts,
            states=STATES,
        )

    @blueprint.get("/admin/deliveries/<number>")
    async def delivery(number: str) -> Response:
        signed = await desk.admin()
        record, lines = await desk.query(lambda tx: _of_object(tx, id_of(number), signed.actor))
        again = any(line.delivery.state in ("failed", "held") for line in lines)
        return await desk.page("delivery", record=record, lines=lines, again=again)

    @blueprint.post("/admin/deliveries/<number>/retry")
    async def retry(number: str) -> Response:
        signed = await desk.admin()
        await desk.context.sessions.checked_form()
        who, now = await desk.who(), desk.now()

        async def operation(tx: Tx) -> None:
            record, _ = await _of_object(tx, id_of(number), signed.actor)
            await OversightStatements(tx.connection).retry_object(record.id, now)
            await audit(tx, who, "deliveries retry", record.url, "", now)
            tx.notify_on_commit("delivery")

        await desk.write(operation)
        return redirect(f"/admin/deliveries/{number}", done="retried")


async def _of_object(tx: Tx, number: int, viewer: ActorRecord) -> tuple[ObjectRecord, list[Line]]:
    """An object of ours and its delivery log, latest first. Raises `Refused` 404.

    What is for the members of a project is not even there for an administrator who is none.
    """
    record = await tx.objects.by_id(number)
    known = record is not None and record.local
    if record is not None and record.visibility == "project":
        known = await may_see(tx, record, viewer)
    if record is None or not known:
        raise Refused(404, "no-object", "There is nothing of ours under this number.")
    found = await tx.deliveries.of_object(number)
    activities = await tx.activities.by_ids(list({one.activity_id for one in found}))
    return record, [_line(one, activities) for one in reversed(found)]


def _line(delivery: DeliveryRecord, activities: dict[int, ActivityRecord]) -> Line:
    activity = activities.get(delivery.activity_id)
    kind = activity.type if activity is not None else ""
    return Line(delivery, ACTS.get(kind, kind), STATES.get(delivery.state, delivery.state))
