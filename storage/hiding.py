"""Whom a member does not want to read or hear: one rule for timelines, streams and notifications.

Every function gives a condition in SQL. `owner` and `actor` are expressions for ids of actors: a
placeholder (`$1`) or a column (`f.follower_id`). A mute whose time has come is deleted by the
worker within moments, so that no condition has to know the time.
"""


def hides(owner: str, actor: str) -> str:
    """Whether what an actor writes or shares is hidden from a member.

    By a mute, by a block either way, or because the member blocks the actor's domain.
    """
    return (
        f"(exists (select 1 from mutes hm where hm.actor_id = {owner} and hm.target_id = {actor}) "
        f"or {blocked(owner, actor)} or {domain_blocked(owner, actor)})"
    )


def blocked(owner: str, actor: str) -> str:
    """Whether one of two actors blocks the other."""
    return (
        f"exists (select 1 from blocks hb where (hb.actor_id = {owner} and hb.target_id = {actor}) "
        f"or (hb.actor_id = {actor} and hb.target_id = {owner}))"
    )


def domain_blocked(owner: str, actor: str) -> str:
    """Whether a member blocks the domain of an actor elsewhere."""
    return (
        "exists (select 1 from domain_blocks hd join actors ha on ha.host = hd.domain "
        f"where hd.actor_id = {owner} and ha.id = {actor} and ha.local = 0)"
    )


def hidden_at_home(owner: str, bringer: str, record: str = "o") -> str:
    """Whether a home timeline, or a list, leaves out what `bringer` wrote or shared.

    `record` is the alias of the object's row. Hidden is what comes from, or names, somebody whom
    the member hides; shares by those of whom only their own posts are wanted; and posts in other
    languages than those that are wanted of their author. What is in no language is shown.
    """
    author = f"{record}.actor_id"
    return (
        f"({hides(owner, bringer)} or ({bringer} <> {author} and {hides(owner, author)}) "
        "or exists (select 1 from audience hu "
        f"where hu.object_id = {record}.id and hu.mentioned = 1 and hu.actor_id <> {owner} "
        "and (exists (select 1 from mutes hn "
        f"where hn.actor_id = {owner} and hn.target_id = hu.actor_id) "
        "or exists (select 1 from blocks ho "
        f"where ho.actor_id = {owner} and ho.target_id = hu.actor_id))) "
        "or exists (select 1 from follow_options hf "
        f"where hf.follower_id = {owner} and hf.followee_id = {bringer} "
        f"and ((hf.reblogs = 0 and {bringer} <> {author}) or ({bringer} = {author} "
        f"and hf.languages <> '' and {record}.language <> '' "
        f"and hf.languages not like '% ' || {record}.language || ' %'))))"
    )


def unheard(owner: str, sender: str) -> str:
    """Whether a member is told nothing of what an actor does.

    By a mute that covers notifications, by a block either way, or because the member blocks the
    sender's domain and does not follow them.
    """
    return (
        "(exists (select 1 from mutes hm "
        f"where hm.actor_id = {owner} and hm.target_id = {sender} and hm.notifications = 1) "
        f"or {blocked(owner, sender)} or ({domain_blocked(owner, sender)} "
        "and not exists (select 1 from follows hg "
        f"where hg.follower_id = {owner} and hg.followee_id = {sender} "
        "and hg.state = 'accepted')))"
    )
