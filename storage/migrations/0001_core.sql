-- Actors, objects and activities; what came in; what goes out.
-- Times are milliseconds since the epoch; flags are 0 or 1; JSON is text.

create table actors (
    id bigint primary key,
    url text not null unique,
    local bigint not null,
    type text not null,
    username text not null,
    host text not null,
    name text not null default '',
    summary text not null default '',
    inbox text not null default '',
    shared_inbox text not null default '',
    outbox text not null default '',
    followers_url text not null default '',
    following_url text not null default '',
    featured_url text not null default '',
    html_url text not null default '',
    icon text not null default '',
    image text not null default '',
    fields text not null default '[]',
    also_known_as text not null default '[]',
    moved_to text not null default '',
    locked bigint not null default 0,
    discoverable bigint not null default 1,
    indexable bigint not null default 1,
    state text not null default 'active',
    document text not null default '',
    followers_count bigint not null default 0,
    following_count bigint not null default 0,
    posts_count bigint not null default 0,
    created_at bigint not null,
    updated_at bigint not null,
    fetched_at bigint not null default 0,
    hides_network bigint not null default 0,
    -- What the rule about the actor's domain says; kept here so that queries can ask for it.
    severity text not null default ''
);
create index actors_account on actors (lower(username), host);
create unique index actors_local on actors (lower(username)) where local = 1;
create index actors_stale on actors (fetched_at, id) where local = 0;

create table keys (
    key_id text primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    algorithm text not null,
    public_pem text not null,
    private_pem text,
    created_at bigint not null
);
create index keys_actor on keys (actor_id);

create table members (
    actor_id bigint primary key references actors (id) on delete cascade,
    email text not null default '',
    password_hash text not null default '',
    role text not null default 'member',
    language text not null default '',
    created_at bigint not null,
    disabled_at bigint
);

create table tokens (
    id bigint primary key,
    token_hash text not null unique,
    actor_id bigint not null references actors (id) on delete cascade,
    scopes text not null,
    label text not null default '',
    created_at bigint not null,
    last_used_at bigint,
    revoked_at bigint
);
create index tokens_actor on tokens (actor_id);

create table follows (
    id bigint primary key,
    follower_id bigint not null references actors (id) on delete cascade,
    followee_id bigint not null references actors (id) on delete cascade,
    follower_local bigint not null,
    state text not null,
    url text not null,
    created_at bigint not null,
    unique (follower_id, followee_id)
);
create index follows_followers on follows (followee_id, follower_local, id) where state = 'accepted';
create index follows_page on follows (followee_id, id) where state = 'accepted';
create index follows_following on follows (follower_id, id) where state = 'accepted';
create index follows_requests on follows (followee_id, id) where state = 'pending';
create index follows_followee on follows (followee_id);
create index follows_url on follows (url);

create table blocks (
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint not null references actors (id) on delete cascade,
    url text not null,
    created_at bigint not null,
    primary key (actor_id, target_id)
);
create index blocks_target on blocks (target_id);

create table domain_rules (
    domain text primary key,
    severity text not null,
    reason text not null default '',
    created_by text not null default '',
    created_at bigint not null
);

create table objects (
    id bigint primary key,
    url text not null unique,
    type text not null,
    actor_id bigint not null references actors (id) on delete cascade,
    local bigint not null,
    visibility text not null,
    in_reply_to text,
    in_reply_to_id bigint,
    conversation text,
    name text not null default '',
    summary text not null default '',
    content text not null default '',
    language text not null default '',
    sensitive bigint not null default 0,
    html_url text not null default '',
    document text not null,
    published_at bigint not null,
    edited_at bigint,
    deleted_at bigint,
    replies_count bigint not null default 0,
    likes_count bigint not null default 0,
    shares_count bigint not null default 0,
    created_at bigint not null
);
create index objects_actor on objects (actor_id, id);
create index objects_replies on objects (in_reply_to, id) where in_reply_to is not null;
create index objects_conversation on objects (conversation, id) where conversation is not null;
create index objects_local_public on objects (id)
    where local = 1 and visibility = 'public' and deleted_at is null;
create index objects_remote_age on objects (created_at, id) where local = 0;

create table object_versions (
    id bigint primary key,
    object_id bigint not null references objects (id) on delete cascade,
    document text not null,
    created_at bigint not null
);
create index object_versions_object on object_versions (object_id, id);

create table audience (
    object_id bigint not null references objects (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    mentioned bigint not null,
    primary key (object_id, actor_id)
);
create index audience_actor on audience (actor_id, object_id);

create table object_tags (
    name text not null,
    object_id bigint not null references objects (id) on delete cascade,
    primary key (name, object_id)
);
create index object_tags_object on object_tags (object_id);

create table polls (
    object_id bigint primary key references objects (id) on delete cascade,
    multiple bigint not null,
    options text not null,
    voters_count bigint not null default 0,
    closes_at bigint,
    untold bigint not null default 0,
    ending bigint not null default 0
);
create index polls_untold on polls (object_id) where untold = 1;
create index polls_ending on polls (closes_at) where ending = 1;
create table votes (
    object_id bigint not null references objects (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    choice text not null,
    url text not null default '',
    created_at bigint not null,
    primary key (object_id, actor_id, choice)
);
create index votes_actor on votes (actor_id);

create table collection_items (
    collection_id bigint not null references objects (id) on delete cascade,
    id bigint not null,
    item text not null,
    primary key (collection_id, item)
);
create index collection_items_item on collection_items (item);
create index collection_items_order on collection_items (collection_id, id);

create table activities (
    id bigint primary key,
    url text not null unique,
    type text not null,
    actor_id bigint not null references actors (id) on delete cascade,
    local bigint not null,
    visibility text not null,
    object_url text not null default '',
    object_id bigint,
    document text not null,
    created_at bigint not null
);
create index activities_outbox on activities (actor_id, id) where local = 1;
create index activities_object on activities (object_id) where object_id is not null;
create index activities_remote_age on activities (created_at, id) where local = 0;
-- Deleting an actor looks for what refers to them: no foreign key without an index.
create index activities_actor on activities (actor_id);

create table likes (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint not null references objects (id) on delete cascade,
    url text not null,
    created_at bigint not null,
    unique (actor_id, object_id)
);
create index likes_object on likes (object_id, id);
create index likes_url on likes (url);

create table shares (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint not null references objects (id) on delete cascade,
    url text not null,
    visibility text not null,
    created_at bigint not null,
    unique (actor_id, object_id)
);
create index shares_object on shares (object_id, id);
create index shares_url on shares (url);

create table featured (
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint not null references objects (id) on delete cascade,
    created_at bigint not null,
    primary key (actor_id, object_id)
);
create index featured_object on featured (object_id);

-- What a local actor sees: `home` rows are their timeline, `inbox` rows their ActivityPub inbox.
create table timeline (
    owner_id bigint not null references actors (id) on delete cascade,
    id bigint not null,
    activity_id bigint references activities (id) on delete cascade,
    object_id bigint references objects (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    home bigint not null,
    inbox bigint not null,
    primary key (owner_id, id)
);
create index timeline_home on timeline (owner_id, id) where home = 1;
create index timeline_inbox on timeline (owner_id, id) where inbox = 1;
create index timeline_object on timeline (object_id) where object_id is not null;
create index timeline_activity on timeline (activity_id) where activity_id is not null;
create index timeline_actor on timeline (actor_id);

create table notifications (
    id bigint primary key,
    owner_id bigint not null references actors (id) on delete cascade,
    kind text not null,
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint references objects (id) on delete cascade,
    created_at bigint not null,
    read_at bigint
);
create index notifications_owner on notifications (owner_id, id);
create index notifications_actor on notifications (actor_id);
create index notifications_object on notifications (object_id) where object_id is not null;

create table reports (
    id bigint primary key,
    url text not null unique,
    actor_id bigint not null references actors (id) on delete cascade,
    target_id bigint references actors (id) on delete cascade,
    objects text not null,
    comment text not null default '',
    state text not null default 'open',
    created_at bigint not null
);
create index reports_state on reports (state, id);
create index reports_actor on reports (actor_id);
create index reports_target on reports (target_id) where target_id is not null;

create table media (
    id bigint primary key,
    actor_id bigint not null references actors (id) on delete cascade,
    object_id bigint references objects (id) on delete set null,
    file text not null,
    media_type text not null,
    description text not null default '',
    blurhash text not null default '',
    width bigint,
    height bigint,
    size bigint not null,
    focus_x double precision,
    focus_y double precision,
    created_at bigint not null,
    preview text not null default ''
);
create index media_object on media (object_id) where object_id is not null;
create index media_orphans on media (created_at) where object_id is null;
create index media_actor on media (actor_id);
create index media_file on media (file);
create index media_preview on media (preview) where preview <> '';

create table emojis (
    host text not null,
    shortcode text not null,
    url text not null,
    updated_at bigint not null,
    primary key (host, shortcode)
);

-- One row for each activity and inbox: the promise behind a 202.
create table received (
    id bigint primary key,
    activity_url text not null,
    inbox text not null,
    type text not null,
    actor text not null,
    sender text not null,
    host text not null,
    how text not null,
    body text not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint not null,
    lease_until bigint not null default 0,
    error text not null default '',
    received_at bigint not null,
    done_at bigint,
    synchronisation text not null default '',
    unique (activity_url, inbox)
);
create index received_due on received (due_at, id) where state = 'waiting';
create index received_aside on received (due_at, id) where state = 'aside';
create index received_order on received (actor, id) where state = 'waiting';
create index received_failed on received (id) where state = 'failed';
create index received_age on received (done_at) where done_at is not null;

create table fanouts (
    id bigint primary key,
    activity_id bigint not null references activities (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    recipients text not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint not null,
    lease_until bigint not null default 0,
    error text not null default '',
    created_at bigint not null
);
create index fanouts_due on fanouts (id) where state = 'waiting';
create index fanouts_order on fanouts (actor_id, id) where state = 'waiting';
create index fanouts_activity on fanouts (activity_id);

create table deliveries (
    id bigint primary key,
    activity_id bigint not null references activities (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    inbox text not null,
    host text not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint not null,
    lease_until bigint not null default 0,
    status bigint,
    error text not null default '',
    created_at bigint not null,
    done_at bigint,
    unique (activity_id, inbox)
);
create index deliveries_due on deliveries (due_at, id) where state = 'waiting';
create index deliveries_order on deliveries (inbox, actor_id, id) where state in ('waiting', 'held');
create index deliveries_held on deliveries (host, id) where state = 'held';
create index deliveries_failed on deliveries (id) where state = 'failed';
create index deliveries_age on deliveries (done_at) where done_at is not null;
create index deliveries_actor on deliveries (actor_id);

-- Which inboxes ever got something about an object: edits and deletions follow it there.
create table inboxes (
    id bigint primary key,
    url text not null unique,
    retired_at bigint
);
create table reached (
    object_id bigint not null references objects (id) on delete cascade,
    inbox_id bigint not null references inboxes (id) on delete cascade,
    primary key (object_id, inbox_id)
);
create index reached_inbox on reached (inbox_id);

create table hosts (
    host text primary key,
    scheme text not null default '',
    state text not null default 'open',
    failures bigint not null default 0,
    failing_since bigint,
    due_at bigint not null default 0,
    error text not null default '',
    updated_at bigint not null
);
create index hosts_closed on hosts (due_at) where state = 'closed';

create table audit_log (
    id bigint primary key,
    who text not null,
    action text not null,
    target text not null,
    reason text not null default '',
    created_at bigint not null
);

create table facts (
    name text primary key,
    value text not null
);
