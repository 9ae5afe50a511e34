-- Experiences, their drafts and versions; the servers of the network.

-- What lists and pages ask of an experience, here or elsewhere; `objects` holds its document.
create table experiences (
    object_id bigint primary key references objects (id) on delete cascade,
    -- JSON of objects.experiences.fields.Experience
    fields text not null,
    carried_by text not null default '',
    -- the address of the experience that this one adapts, on any server
    adapted_from text not null default '',
    -- the last of the period in which it took place, as milliseconds; published_at when unsaid
    happened_at bigint not null default 0
);
create index experiences_adapted on experiences (adapted_from) where adapted_from <> '';

-- One row for each value by which a list can be narrowed.
create table experience_facets (
    object_id bigint not null references experiences (object_id) on delete cascade,
    facet text not null,
    value text not null,
    primary key (facet, value, object_id)
);
create index experience_facets_object on experience_facets (object_id);

create table experience_authors (
    object_id bigint not null references experiences (object_id) on delete cascade,
    url text not null,
    role text not null default '',
    position bigint not null,
    primary key (object_id, url)
);
create index experience_authors_url on experience_authors (url);

-- An experience that is being written or changed; nothing of it leaves the node.
create table drafts (
    id bigint primary key,
    owner_id bigint not null references actors (id) on delete cascade,
    -- in whose name it will be published
    author_id bigint not null references actors (id) on delete cascade,
    -- the published experience that it changes, and the date of the version that it began from
    object_id bigint references objects (id) on delete cascade,
    base_at bigint not null default 0,
    fields text not null,
    state text not null default 'writing',
    reviewer_id bigint references actors (id) on delete set null,
    review_note text not null default '',
    -- counts the savings: an editor that saves over somebody else's is told
    revision bigint not null default 1,
    created_at bigint not null,
    updated_at bigint not null,
    -- JSON: what was typed into a field that cannot hold it, by field
    typed text not null default '{}',
    -- the draft of which this is somebody's other version
    copy_of bigint references drafts (id) on delete set null,
    -- the form that made the draft: sent twice, it makes one
    born_from text not null default '',
    -- who saved last, from which open form, and that form's own count
    saved_by bigint references actors (id) on delete set null,
    saved_from text not null default '',
    saved_step bigint not null default 0,
    -- whose words these are, and the revision to which they agreed
    interviewed text not null default '',
    interviewed_id bigint references actors (id) on delete set null,
    agreed_revision bigint not null default 0
);
create index drafts_owner on drafts (owner_id, updated_at);
create index drafts_author on drafts (author_id);
create index drafts_reviewer on drafts (reviewer_id) where reviewer_id is not null;
create index drafts_object on drafts (object_id) where object_id is not null;
create index drafts_review on drafts (updated_at) where state = 'review';
create index drafts_copy on drafts (copy_of) where copy_of is not null;
create unique index drafts_birth on drafts (owner_id, born_from) where born_from <> '';
create index drafts_saved_by on drafts (saved_by) where saved_by is not null;
create index drafts_interviewed on drafts (interviewed_id) where interviewed_id is not null;
-- Who else has to do with a draft: `coauthor` may change it, `wrote` did.
create table draft_people (
    draft_id bigint not null references drafts (id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    part text not null,
    primary key (draft_id, actor_id, part)
);
create index draft_people_actor on draft_people (actor_id, part);
create table draft_media (
    draft_id bigint not null references drafts (id) on delete cascade,
    media_id bigint not null references media (id) on delete cascade,
    position bigint not null,
    primary key (draft_id, media_id)
);
create index draft_media_media on draft_media (media_id);

-- Smaller pictures in the formats of today, for pages.
alter table media add column avif text not null default '';
alter table media add column webp text not null default '';
create index media_avif on media (avif) where avif <> '';
create index media_webp on media (webp) where webp <> '';

-- Who made a version; null when it is not known.
alter table object_versions add column editor_id bigint references actors (id) on delete set null;
create index object_versions_editor on object_versions (editor_id) where editor_id is not null;
-- Who made the present version, when it is not the author.
alter table experiences add column editor_id bigint references actors (id) on delete set null;
create index experiences_editor on experiences (editor_id) where editor_id is not null;

-- The members of the network, until a hub keeps the roster.
create table network_servers (
    host text primary key,
    -- the inbox for everybody there; '' until it was found
    inbox text not null default '',
    added_by text not null default '',
    created_at bigint not null
);

-- Posts are counted where everybody may see them: a number tells of nothing restricted.
update actors set posts_count = (select count(*) from objects o where o.actor_id = actors.id
    and o.deleted_at is null and o.visibility in ('public', 'unlisted'));
update objects set replies_count = (select count(*) from objects r
    where r.in_reply_to = objects.url and r.deleted_at is null
    and r.visibility in ('public', 'unlisted')) where replies_count > 0;
