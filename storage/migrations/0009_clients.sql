-- What members do in their apps: OAuth, lists, filters, mutes, bookmarks, streams, push.

create table oauth_apps (
    id bigint primary key,
    client_id text not null unique,
    secret_hash text not null,
    name text not null,
    website text not null default '',
    -- JSON list, each as it was registered, byte for byte
    redirect_uris text not null,
    scopes text not null,
    created_at bigint not null
);

-- Authorization codes (RFC 6749, 4.1.2): hashed, used once; a second use ends the token too.
create table oauth_grants (
    code_hash text primary key,
    app_id bigint not null references oauth_apps (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    redirect_uri text not null,
    scopes text not null,
    challenge text not null default '',
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    token_id bigint
);
create index oauth_grants_app on oauth_grants (app_id);
create index oauth_grants_actor on oauth_grants (actor_id);
create index oauth_grants_expiry on oauth_grants (expires_at);

-- Tokens of an app that acts for nobody (client credentials).
create table app_tokens (
    token_hash text primary key,
    app_id bigint not null references oauth_apps (id) on delete cascade,
    scopes text not null,
    created_at bigint not null,
    revoked_at bigint
);
create index app_tokens_app on app_tokens (app_id);

alter table tokens add column app_id bigint;
create index tokens_app on tokens (app_id) where app_id is not null;

-- Which app a post of ours was written with.
create table object_apps (
    object_id bigint primary key references objects (id) on delete cascade,
    app_id bigint not null references oauth_apps (id) on delete cascade
);
create index object_apps_app on object_apps (app_id);

create table bookmarks (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint not null references objects (id) on delete cascade,
    created_at bigint not null,
    unique (actor_id, object_id)
);
create index bookmarks_actor on bookmarks (actor_id, id);
create index bookmarks_object on bookmarks (object_id);
create index likes_actor on likes (actor_id, id);
create index shares_actor on shares (actor_id, id);

create table mutes (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint not null references actors (id) on delete cascade,
    notifications bigint not null default 1,
    expires_at bigint,
    created_at bigint not null,
    unique (actor_id, target_id)
);
create index mutes_actor on mutes (actor_id, id);
create index mutes_target on mutes (target_id);
create index mutes_expiry on mutes (expires_at) where expires_at is not null;

-- Domains that one member does not want to hear.
create table domain_blocks (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    domain text not null,
    created_at bigint not null,
    unique (actor_id, domain)
);

-- Threads of which one member wants no more notifications.
create table thread_mutes (
    actor_id bigint not null references actors (id) on delete cascade,
    conversation text not null,
    created_at bigint not null,
    primary key (actor_id, conversation)
);

-- How somebody follows: there is no row for the usual way (shares shown, no notice, all languages).
create table follow_options (
    follower_id bigint not null references actors (id) on delete cascade,
    followee_id bigint not null references actors (id) on delete cascade,
    reblogs bigint not null default 1,
    notify bigint not null default 0,
    -- ' fr en ', or empty for all
    languages text not null default '',
    primary key (follower_id, followee_id)
);
create index follow_options_followee on follow_options (followee_id);

create table account_notes (
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint not null references actors (id) on delete cascade,
    comment text not null,
    primary key (actor_id, target_id)
);
create index account_notes_target on account_notes (target_id);

create table endorsements (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint not null references actors (id) on delete cascade,
    created_at bigint not null,
    unique (actor_id, target_id)
);
create index endorsements_target on endorsements (target_id);

create table dismissed_suggestions (
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint not null references actors (id) on delete cascade,
    primary key (actor_id, target_id)
);
create index dismissed_suggestions_target on dismissed_suggestions (target_id);

create table lists (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    title text not null,
    replies_policy text not null default 'list',
    exclusive bigint not null default 0,
    created_at bigint not null
);
create index lists_actor on lists (actor_id, id);
create table list_accounts (
    list_id bigint not null references lists (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    id bigint not null,
    primary key (list_id, actor_id)
);
create index list_accounts_actor on list_accounts (actor_id);

create table followed_tags (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    name text not null,
    created_at bigint not null,
    unique (actor_id, name)
);
create index followed_tags_name on followed_tags (name);
create table featured_tags (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    name text not null,
    created_at bigint not null,
    unique (actor_id, name)
);

create table filters (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    title text not null,
    -- ' home public '
    contexts text not null,
    action text not null,
    expires_at bigint,
    created_at bigint not null
);
create index filters_actor on filters (actor_id, id);
create table filter_keywords (
    id bigint primary key,
    filter_id bigint not null references filters (id) on delete cascade,
    keyword text not null,
    whole_word bigint not null default 1
);
create index filter_keywords_filter on filter_keywords (filter_id, id);
create table filter_statuses (
    id bigint primary key,
    filter_id bigint not null references filters (id) on delete cascade,
    object_id bigint not null references objects (id) on delete cascade,
    unique (filter_id, object_id)
);
create index filter_statuses_object on filter_statuses (object_id);

create table markers (
    actor_id bigint not null references actors (id) on delete cascade,
    timeline text not null,
    last_read_id bigint not null,
    version bigint not null,
    updated_at bigint not null,
    primary key (actor_id, timeline)
);

-- Posts that wait for their time; `parameters` is JSON as the app sent it.
create table scheduled (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    app_id bigint,
    parameters text not null,
    scheduled_at bigint not null,
    state text not null default 'waiting',
    error text not null default '',
    created_at bigint not null
);
create index scheduled_actor on scheduled (actor_id, id);
create index scheduled_due on scheduled (scheduled_at, id) where state = 'waiting';
create table scheduled_media (
    scheduled_id bigint not null references scheduled (id) on delete cascade,
    media_id bigint not null references media (id) on delete cascade,
    primary key (scheduled_id, media_id)
);
create index scheduled_media_media on scheduled_media (media_id);

-- What a request with an Idempotency-Key made; asked again it gives the same.
create table idempotency_keys (
    actor_id bigint not null references actors (id) on delete cascade,
    key text not null,
    result_id bigint not null,
    created_at bigint not null,
    primary key (actor_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- Private conversations of a member; `participants` are the others' ids: ' 12 34 '.
create table conversations (
    id bigint primary key,
    owner_id bigint not null references actors (id) on delete cascade,
    conversation text not null,
    participants text not null,
    last_object_id bigint not null references objects (id) on delete cascade,
    unread bigint not null default 0,
    unique (owner_id, conversation, participants)
);
create index conversations_owner on conversations (owner_id, last_object_id);
create index conversations_object on conversations (last_object_id);

-- `filtered` notifications wait among the requests until the owner accepts their sender.
alter table notifications add column filtered bigint not null default 0;
-- Several of the same kind about the same thing are one line in apps; empty for what stands alone.
alter table notifications add column group_key text not null default '';
-- The report or the ended follows that it is about.
alter table notifications add column subject_id bigint;
create index notifications_shown on notifications (owner_id, id) where filtered = 0;
create index notifications_filtered on notifications (owner_id, actor_id, id) where filtered = 1;
create index notifications_group on notifications (owner_id, group_key, id) where group_key <> '';
create table notification_policies (
    actor_id bigint primary key references actors (id) on delete cascade,
    not_following text not null default 'accept',
    not_followers text not null default 'accept',
    new_accounts text not null default 'accept',
    private_mentions text not null default 'accept',
    limited_accounts text not null default 'filter'
);
-- Senders whose notifications are always heard, whatever the policy.
create table notification_permissions (
    owner_id bigint not null references actors (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    primary key (owner_id, actor_id)
);
create index notification_permissions_actor on notification_permissions (actor_id);

create table push_subscriptions (
    id bigint primary key,
    token_id bigint not null unique references tokens (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    endpoint text not null,
    p256dh text not null,
    auth text not null,
    -- ' mention follow '
    alerts text not null,
    policy text not null default 'all',
    standard bigint not null default 0,
    created_at bigint not null,
    failures bigint not null default 0
);
create index push_subscriptions_actor on push_subscriptions (actor_id);
-- Follows that ended because a domain was suspended here, or blocked by their member.
create table severances (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    type text not null,
    target text not null,
    followers_count bigint not null,
    following_count bigint not null,
    created_at bigint not null
);
create index severances_actor on severances (actor_id);

-- Pushes that wait to be sent; written with their notification.
create table pushes (
    notification_id bigint not null references notifications (id) on delete cascade,
    subscription_id bigint not null references push_subscriptions (id) on delete cascade,
    attempts bigint not null default 0,
    due_at bigint not null,
    lease_until bigint not null default 0,
    primary key (notification_id, subscription_id)
);
create index pushes_due on pushes (due_at, notification_id);
create index pushes_subscription on pushes (subscription_id);

-- What open streams are told; forgotten after some minutes. `owner_id` is 0 for every stream that
-- may see it, `actor_id` who brought or removed the entry of timelines.
create table stream_events (
    id bigint primary key,
    kind text not null,
    owner_id bigint not null,
    actor_id bigint not null,
    object_id bigint not null,
    entry_id bigint not null,
    detail text not null
);
-- The processes with open streams: without one, no event is written.
create table stream_hubs (
    id bigint primary key,
    until bigint not null
);

create table announcements (
    id bigint primary key,
    content text not null,
    all_day bigint not null default 0,
    starts_at bigint,
    ends_at bigint,
    published_at bigint,
    updated_at bigint not null,
    created_by text not null default ''
);
create table announcement_reads (
    announcement_id bigint not null references announcements (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    primary key (announcement_id, actor_id)
);
create index announcement_reads_actor on announcement_reads (actor_id);
create table announcement_reactions (
    announcement_id bigint not null references announcements (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    name text not null,
    created_at bigint not null,
    primary key (announcement_id, actor_id, name)
);
create index announcement_reactions_actor on announcement_reactions (actor_id);

-- Link previews by address; `due_at` is null once it was fetched or given up.
create table cards (
    id bigint primary key,
    url text not null unique,
    title text not null default '',
    description text not null default '',
    type text not null default 'link',
    author_name text not null default '',
    author_url text not null default '',
    provider_name text not null default '',
    provider_url text not null default '',
    language text not null default '',
    image text not null default '',
    image_description text not null default '',
    width bigint not null default 0,
    height bigint not null default 0,
    published_at bigint,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint,
    fetched_at bigint
);
create index cards_due on cards (due_at, id) where due_at is not null;
create table object_cards (
    object_id bigint primary key references objects (id) on delete cascade,
    card_id bigint not null references cards (id) on delete cascade
);
create index object_cards_card on object_cards (card_id, object_id);

-- Quotes (FEP-044f): state is pending, accepted, rejected or revoked; `due_at` is null unless
-- what is quoted, or the leave to quote it, is to be looked up.
create table quotes (
    object_id bigint primary key references objects (id) on delete cascade,
    quoted_url text not null,
    quoted_id bigint references objects (id) on delete set null,
    state text not null,
    -- the QuoteAuthorization that lets it be shown
    approval_url text not null default '',
    request_url text not null default '',
    created_at bigint not null,
    attempts bigint not null default 0,
    due_at bigint
);
create index quotes_due on quotes (due_at, object_id) where due_at is not null;
create index quotes_quoted on quotes (quoted_id, object_id) where quoted_id is not null;
create index quotes_url on quotes (quoted_url);
create index quotes_approval on quotes (approval_url) where approval_url <> '';
create index quotes_request on quotes (request_url) where request_url <> '';

alter table objects add column quote_policy text not null default '';
alter table media add column state text not null default 'ready';
alter table reports add column assigned_to bigint;
alter table emojis add column category text not null default '';
alter table emojis add column hidden bigint not null default 0;

-- Home timelines are sorted by the ids that apps know: of the object, or of the share.
update timeline set id = object_id where home = 1 and object_id is not null and id <> object_id
    and activity_id in (select a.id from activities a where a.type = 'Create');

-- What administrators decided about one actor alone: '', 'limit' or 'suspend'; `severity` is the
-- stricter of it and of what the rules say of the domain. `sensitized`: files are always covered.
alter table actors add column sanction text not null default '';
alter table actors add column sensitized bigint not null default 0;
create index actors_measured on actors (id) where sanction <> '' or sensitized = 1;

-- Which rules a report names (JSON list of their texts), who decided it, whether it was sent on.
alter table reports add column rules text not null default '[]';
alter table reports add column decided_by bigint;
alter table reports add column forwarded bigint not null default 0;

-- What visitors read about a rule, and the number that apps know it by.
alter table domain_rules add column id bigint not null default 0;
alter table domain_rules add column public_comment text not null default '';
alter table domain_rules add column obfuscated bigint not null default 0;
update domain_rules set id = created_at * 65536
    + (select count(*) from domain_rules other where other.domain < domain_rules.domain);
create unique index domain_rules_id on domain_rules (id);

-- Mail domains whose addresses are invited no more.
create table mail_domain_rules (
    id bigint primary key,
    domain text not null unique,
    created_by text not null default '',
    created_at bigint not null
);

-- Translations by a service, as JSON, until the post is edited.
create table translations (
    object_id bigint not null references objects (id) on delete cascade,
    language text not null,
    edited_at bigint not null,
    document text not null,
    created_at bigint not null,
    primary key (object_id, language)
);
create index translations_age on translations (created_at);

-- What is seldom said of an account, as JSON (actors/extras.py): that it is a bot, what its
-- pictures show, which sites may name it as an author…
alter table actors add column extras text not null default '';

-- A number by which apps page through blocks.
alter table blocks add column id bigint not null default 0;
update blocks set id = created_at * 65536 + (select count(*) from blocks other
    where other.actor_id = blocks.actor_id and other.target_id < blocks.target_id);
create index blocks_actor on blocks (actor_id, id);

-- Profiles whose links are to be looked at: do they link back?
create table profile_checks (
    actor_id bigint primary key references actors (id) on delete cascade,
    due_at bigint not null
);
create index profile_checks_due on profile_checks (due_at, actor_id);

-- What somebody wrote and what they shared stand in one order, by object and by Announce.
create index activities_shares on activities (actor_id, id) where type = 'Announce';

-- Uploads are prepared off the request (state `waiting`), on a lease that survives a crash;
-- `duration` in seconds.
alter table media add column duration double precision;
alter table media add column attempts bigint not null default 0;
alter table media add column lease_until bigint not null default 0;
create index media_waiting on media (id) where state = 'waiting';

-- Polls: whether counts are hidden until the end; whether somebody here waits for the end; when
-- the counts of another server's poll were asked for, and whether they are to be fetched.
alter table polls add column hide_totals bigint not null default 0;
alter table polls add column awaited bigint not null default 0;
alter table polls add column fetched_at bigint not null default 0;
alter table polls add column refresh_due bigint not null default 0;
update polls set awaited = ending;
create index polls_awaited on polls (closes_at) where awaited = 1;
create index polls_refresh on polls (object_id) where refresh_due = 1;

-- The first picture of an animated emoji of ours; empty when it stands still.
alter table emojis add column static_url text not null default '';
-- Which upload of ours it shows.
alter table emojis add column file text not null default '';
create index emojis_file on emojis (file) where file <> '';

-- Whether a post shows files: media timelines and searches ask for it.
alter table objects add column has_media bigint not null default 0;
update objects set has_media = 1 where deleted_at is null and document like '%"attachment":[{%';
create index objects_media on objects (id) where has_media = 1;

-- Posts that members may search: stemmed words, and marks such as `p` (public).
-- only: sqlite
create virtual table post_words using fts5 (words, marks, tokenize='ascii', columnsize=0);
create trigger post_words_leave after delete on objects begin
    delete from post_words where rowid = old.id;
end;
-- end
-- only: postgres
create table post_words (
    rowid bigint primary key references objects (id) on delete cascade,
    words tsvector not null
);
create index post_words_words on post_words using gin (words);
-- end
-- New and changed posts; a worker indexes them when the inbox leaves it time.
create table posts_to_index (
    object_id bigint primary key references objects (id) on delete cascade
);
insert into posts_to_index (object_id) select id from objects where deleted_at is null;

-- What administrators did about an account, as its member reads it.
create table account_warnings (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    action text not null,
    text text not null default '',
    created_at bigint not null
);
create index account_warnings_actor on account_warnings (actor_id);

-- The directory shows those first who wrote last: their latest post that everybody may read.
alter table actors add column last_post_id bigint not null default 0;
update actors set last_post_id = coalesce((select max(o.id) from objects o
    where o.actor_id = actors.id and o.deleted_at is null
    and o.visibility in ('public', 'unlisted')), 0);
create index actors_directory on actors (last_post_id, id)
    where discoverable = 1 and state = 'active';
create index actors_directory_here on actors (last_post_id, id)
    where local = 1 and discoverable = 1 and state = 'active';
-- Which servers are known, and who is known of one.
create index actors_host on actors (host, id) where local = 0;
