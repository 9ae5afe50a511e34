"""A database as it looks after some years, filled by the database itself."""

from storage.store import Store

NOW = 1_795_000_000_000
OLD = NOW - 90 * 86_400_000

SERIES = """
with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < {0})
insert into {1} from n where true on conflict do nothing
"""
# Objects of local actors are every hundredth; most of what came in or went out is done.
AUTHOR = "case when i % 100 = 0 then 1 + (i / 100) % 20 else 21 + i % 1980 end"
LOCAL = "case when i % 100 = 0 then 1 else 0 end"
AGE = f"{NOW} - (20000 - i) * 600000"
HOST = "'h' || (i % 300) || '.example'"

TABLES = {
    "actors (id, url, local, type, username, host, inbox, shared_inbox, created_at, updated_at, "
    f"""fetched_at) select i, 'https://' || {HOST} || '/users/' || i,
        case when i <= 20 then 1 else 0 end, 'Person', 'u' || i, {HOST},
        'https://' || {HOST} || '/users/' || i, 'https://' || {HOST} || '/inbox',
        {NOW}, {NOW}, {NOW} - i * 3600000""": 2_000,
    f"""keys (key_id, actor_id, algorithm, public_pem, created_at)
        select 'https://key/' || i, i, 'rsa', 'pem', {NOW}""": 2_000,
    f"""follows (id, follower_id, followee_id, follower_local, state, url, created_at)
        select i, 1 + (i * 7) % 2000, 1 + (i * 13) % 2000,
        case when 1 + (i * 7) % 2000 <= 20 then 1 else 0 end,
        case when i % 50 = 0 then 'pending' else 'accepted' end,
        'https://f/' || i, {NOW}""": 10_000,
    f"""blocks (actor_id, target_id, url, created_at)
        select 1 + i % 20, 100 + i, 'https://b/' || i, {NOW}""": 500,
    f"""objects (id, url, type, actor_id, local, visibility, in_reply_to, conversation, content,
        document, published_at, created_at)
        select i, 'https://o/' || i, 'Note', {AUTHOR}, {LOCAL},
        case i % 10 when 0 then 'followers' when 1 then 'direct' else 'public' end,
        case when i % 3 = 0 then 'https://o/' || (i / 3) else null end,
        'https://c/' || (i / 5), 'x', '{{}}', {AGE}, {AGE}""": 20_000,
    """audience (object_id, actor_id, mentioned)
        select i, 1 + (i * 3) % 2000, 1""": 20_000,
    """object_tags (name, object_id) select 'tag' || (i % 50), i""": 20_000,
    f"""activities (id, url, type, actor_id, local, visibility, object_url, object_id, document,
        created_at)
        select i, 'https://a/' || i, 'Create', {AUTHOR}, {LOCAL}, 'public', 'https://o/' || i, i,
        '{{}}', {AGE}""": 20_000,
    f"""likes (id, actor_id, object_id, url, created_at)
        select i, 1 + (i * 11) % 2000, 1 + (i * 17) % 20000, 'https://l/' || i, {NOW}""": 20_000,
    f"""shares (id, actor_id, object_id, url, visibility, created_at)
        select i, 1 + (i * 11) % 2000, 1 + (i * 19) % 20000, 'https://s/' || i, 'public',
        {NOW}""": 20_000,
    """timeline (owner_id, id, activity_id, object_id, actor_id, home, inbox)
        select 1 + i % 20, i, i, i, 21 + i % 1980,
        case when i % 9 = 0 then 0 else 1 end, 1""": 20_000,
    f"""notifications (id, owner_id, kind, actor_id, object_id, created_at)
        select i, 1 + i % 20, 'mention', 1 + i % 2000, i, {NOW}""": 20_000,
    f"""votes (object_id, actor_id, choice, created_at)
        select i * 10, 1 + i % 2000, 'a', {NOW}""": 2_000,
    f"""media (id, actor_id, object_id, file, media_type, size, created_at)
        select i, 1 + i % 20, case when i % 30 = 0 then null else i * 5 end, 'f' || i, 'image/png',
        1, {AGE}""": 3_000,
    f"""received (id, activity_url, inbox, type, actor, sender, host, how, body, state, due_at,
        received_at, done_at)
        select i, 'https://a/' || i, 'inbox', 'Create', 'https://u/' || (i % 500), 'x', 'x', 'http',
        '{{}}', case when i > 19500 then 'waiting' when i % 200 = 0 then 'failed' else 'done' end,
        {AGE}, {AGE}, case when i > 19500 or i % 200 = 0 then null else {AGE} end""": 20_000,
    """inboxes (id, url) select i, 'https://h' || i || '.example/inbox'""": 1_000,
    """reached (object_id, inbox_id) select i, 1 + i % 1000""": 20_000,
    f"""deliveries (id, activity_id, actor_id, inbox, host, state, due_at, created_at, done_at)
        select i, 100 * (1 + i % 200), 1 + i % 20,
        'https://h' || (i % 1000) || '.example/inbox' || i, 'h' || (i % 1000) || '.example',
        case when i > 19700 then 'waiting' when i % 100 = 0 then 'held'
        when i % 101 = 0 then 'failed' else 'done' end, {AGE}, {AGE},
        case when i > 19700 or i % 100 = 0 then null else {AGE} end""": 20_000,
}


async def fill(store: Store) -> None:
    """Fill every large table and give the planner its statistics."""
    for rows_of, number in TABLES.items():
        async with store.transaction() as tx:
            await tx.connection.execute(SERIES.format(number, rows_of))
    await store.analyze()
