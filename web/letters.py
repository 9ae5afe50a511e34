"""Mails about reports and measures, the same whether a page or an app leads to them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from actors.sign_in.mail_addresses import BadMailAddress
from config.settings import Settings
from storage.oversight import OversightStatements
from storage.records import ActorRecord, ReportRecord
from storage.store import Tx
from web.mails import Mails
from web.texts import mark

OUTCOME_TEXTS: Final = {
    "removed": mark("What you reported was withdrawn."),
    "kept": mark("What you reported stays online."),
    "other": mark("Another measure was taken."),
}
MEASURES: Final = {
    "none": mark("The people who run the site write to you about your account"),
    "disable": mark("Your account was closed"),
    "sensitive": mark("Your pictures and files are covered from now on"),
    "silence": mark("Your posts are shown to your followers alone from now on"),
    "suspend": mark("Your account is suspended"),
}


@dataclass(frozen=True, slots=True)
class Letters:
    """Queues them in the transaction that they are about."""

    mails: Mails
    settings: Settings

    async def report_waits(self, tx: Tx, report: ReportRecord) -> None:
        """Tell the administrators of a new report; it counts, whatever an account's address is."""
        for address in await OversightStatements(tx.connection).administrators():
            with suppress(BadMailAddress):
                await self.mails.queue(
                    tx, address, "report_waiting", self.settings.language, report=report
                )

    async def report_decided(
        self, tx: Tx, report: ReportRecord, concerned: Sequence[int] = (), pages: Sequence[str] = ()
    ) -> None:
        """Tell whoever reported what was decided, and the authors of what was withdrawn."""
        if report.reporter_mail:
            with suppress(BadMailAddress):
                await self.mails.queue(
                    tx,
                    report.reporter_mail,
                    "report_decided",
                    self.settings.language,
                    report=report,
                    outcome=OUTCOME_TEXTS.get(report.outcome, ""),
                )
        for actor_id in concerned:
            member = await tx.members.by_actor(actor_id)
            if member is not None and member.email:
                with suppress(BadMailAddress):
                    await self.mails.queue(
                        tx,
                        member.email,
                        "report_concerned",
                        member.language or self.settings.language,
                        report=report,
                        pages=pages,
                    )

    async def measure(self, tx: Tx, actor: ActorRecord, measure: str, text: str) -> None:
        """Tell a member what was done about their account, and why."""
        member = await tx.members.by_actor(actor.id)
        if member is None or not member.email:
            return
        with suppress(BadMailAddress):
            await self.mails.queue(
                tx,
                member.email,
                "measure",
                member.language or self.settings.language,
                measure=MEASURES[measure],
                reasons=text,
            )
