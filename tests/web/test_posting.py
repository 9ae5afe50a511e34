"""What new posts begin with, and what applications show, chosen on a page."""

from objects.choices import PostChoices, ReadingChoices, post_choices, reading_choices
from storage.store import Tx
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in
from tests.web.members import actor_of, page_of

CHOSEN = {
    "visibility": "followers",
    "quote_policy": "nobody",
    "language": "fr",
    "media": "show_all",
    "moving": "y",
}


async def test_choices_are_kept_and_told_to_apps(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    assert (await post(amina, "/settings/posting", **CHOSEN)).status_code == 303
    actor = await actor_of(node, "amina")

    async def chosen(tx: Tx) -> tuple[PostChoices, ReadingChoices]:
        return await post_choices(tx, actor.id), await reading_choices(tx, actor.id)

    assert await node.store.query(chosen) == (
        PostChoices("followers", False, "fr", "nobody"),
        ReadingChoices("show_all", False, True),
    )
    told = await (await app_of(node, "amina")).get("/api/v1/preferences")
    assert told["reading:expand:media"] == "show_all"
    assert told["reading:autoplay:gifs"]
    assert told["posting:default:visibility"] == "private"
    page = await page_of(amina, "/settings/posting")
    assert 'value="nobody"' in page


async def test_what_is_no_choice_is_refused(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    refused = await post(amina, "/settings/posting", **(CHOSEN | {"visibility": "network"}))
    assert refused.status_code == 422
