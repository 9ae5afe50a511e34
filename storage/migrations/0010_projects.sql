-- Project spaces, here and elsewhere: who belongs to them and what they do.

-- A row beside the Group actor of each project that this node hosts or has to do with.
create table projects (
    actor_id bigint primary key references actors (id) on delete cascade,
    -- JSON of objects.projects.fields.Project
    fields text not null,
    state text not null default 'idea',
    -- who becomes a member: open, request, invitation
    joining text not null default 'request',
    -- for whom its notes are unless their author says otherwise, and who sees the members
    reach text not null default 'public',
    -- what the actor's document says besides, to everybody and to servers of members: JSON
    properties text not null default '{}',
    member_properties text not null default '{}',
    -- the last number given to an entry by the host
    position bigint not null default 0,
    closed_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create index projects_state on projects (state, actor_id);

create table project_members (
    project_id bigint not null references projects (actor_id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    host text not null,
    -- lead, partner, observer
    role text not null,
    -- invited, requested, member, declined, left, removed, moved
    state text not null,
    engagement text not null default '',
    -- the id of the Invite or Join that is waiting for an answer, or was answered
    url text not null default '',
    -- since when in this state
    since bigint not null,
    created_at bigint not null,
    primary key (project_id, actor_id)
);
create index project_members_actor on project_members (actor_id, state);
create index project_members_host on project_members (host, project_id) where state = 'member';
create index project_members_url on project_members (url) where url <> '';

-- What belongs to a project: notes, comments, milestones, deliverables, decisions, calls, events.
create table project_entries (
    object_id bigint primary key references objects (id) on delete cascade,
    project_id bigint not null references projects (actor_id) on delete cascade,
    kind text not null,
    -- the number that the host gave it, the same on every server; 0: it waits for the host
    position bigint not null default 0,
    -- the address of the milestone that it belongs to
    milestone text not null default '',
    -- of a milestone, a decision or a call; `refused` when the host did not want it
    state text not null default '',
    -- the date of a milestone, the deadline of a call, the end of a vote
    due_at bigint,
    -- JSON of objects.projects.entries.Entry
    fields text not null default '{}',
    -- why the host did not want it, as it says
    refusal text not null default '',
    -- the Create that brought it
    activity_url text not null default '',
    -- 1: it came here with a project that moved, and its home here has not announced it yet
    untold bigint not null default 0,
    created_at bigint not null
);
create index project_entries_untold on project_entries (project_id) where untold = 1;
create index project_entries_place on project_entries (project_id, position, object_id);
create index project_entries_kind on project_entries (project_id, kind, due_at);
create index project_entries_milestone on project_entries (milestone) where milestone <> '';
create index project_entries_due on project_entries (kind, due_at) where due_at is not null;

-- What a member proposes to do with the project, for a lead to agree to.
create table project_offers (
    id bigint primary key,
    project_id bigint not null references projects (actor_id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    url text not null unique,
    document text not null,
    -- waiting, accepted, rejected, withdrawn
    state text not null default 'waiting',
    answer text not null default '',
    created_at bigint not null,
    decided_at bigint
);
create index project_offers_project on project_offers (project_id, state, id);
create index project_offers_actor on project_offers (actor_id);

-- Addresses that let somebody without an account read: a funder's link, a calendar.
create table project_links (
    id bigint primary key,
    project_id bigint not null references projects (actor_id) on delete cascade,
    -- reading, calendar
    kind text not null,
    secret_hash text not null unique,
    label text not null default '',
    -- what it shows: entries for the public, the network or the members
    reach text not null default 'public',
    period_from bigint,
    period_to bigint,
    created_by bigint references actors (id) on delete set null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint
);
create index project_links_project on project_links (project_id, id);
create index project_links_creator on project_links (created_by) where created_by is not null;

-- A note that a member is writing and has not published: theirs alone. As a rule one in a project;
-- another open form that saved something else made a second one.
create table project_drafts (
    id bigint primary key,
    owner_id bigint not null references actors (id) on delete cascade,
    project_id bigint not null references projects (actor_id) on delete cascade,
    -- JSON of objects.projects.drafts.Typed
    fields text not null,
    -- counts the savings: a form that saves over another one's is told
    revision bigint not null default 1,
    -- the open form that saved last, and that form's own count
    saved_from text not null,
    saved_step bigint not null default 0,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index project_drafts_form on project_drafts (owner_id, project_id, saved_from);
create index project_drafts_project on project_drafts (project_id);
create table project_draft_media (
    draft_id bigint not null references project_drafts (id) on delete cascade,
    media_id bigint not null references media (id) on delete cascade,
    position bigint not null,
    primary key (draft_id, media_id)
);
create index project_draft_media_media on project_draft_media (media_id);

-- Files of members-only entries of other servers, kept here so that members can always read them.
create table project_files (
    object_id bigint not null references objects (id) on delete cascade,
    url text not null,
    project_id bigint not null references projects (actor_id) on delete cascade,
    media_type text not null default '',
    name text not null default '',
    -- where it is kept, and its size, once it is here
    file text not null default '',
    size bigint not null default 0,
    -- waiting, ready, failed, too-big, gone
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint not null default 0,
    error text not null default '',
    created_at bigint not null,
    primary key (object_id, url)
);
create index project_files_due on project_files (due_at) where state = 'waiting';
create index project_files_project on project_files (project_id);
create index project_files_file on project_files (file) where file <> '';

-- Events of every kind, of projects or not, here and elsewhere (FEP-8a8e).
create table events (
    object_id bigint primary key references objects (id) on delete cascade,
    starts_at bigint not null,
    ends_at bigint,
    -- IANA name of the zone in which the times were meant
    timezone text not null default '',
    all_day bigint not null default 0,
    -- confirmed, tentative, cancelled
    status text not null default 'confirmed',
    -- who may take part: free, restricted, external, invite, none
    joining text not null default 'free',
    external_url text not null default '',
    max_attendees bigint,
    attendees_count bigint not null default 0,
    uid text not null default '',
    -- counts the changes, for calendars (RFC 5545 3.8.7.4)
    sequence bigint not null default 0,
    -- JSON of objects.events.fields: place, online address, organiser, contacts
    fields text not null default '{}'
);
create index events_start on events (starts_at, object_id);

create table attendances (
    object_id bigint not null references events (object_id) on delete cascade,
    actor_id bigint not null references actors (id) on delete cascade,
    -- requested, accepted, rejected, left
    state text not null,
    url text not null default '',
    note text not null default '',
    -- ticked on the attendance sheet
    present bigint not null default 0,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (object_id, actor_id)
);
create index attendances_actor on attendances (actor_id, state);
create index attendances_url on attendances (url) where url <> '';

-- Which note each sentence of a draft was taken from when its project was closed.
create table draft_sources (
    draft_id bigint not null references drafts (id) on delete cascade,
    project_id bigint not null references projects (actor_id) on delete cascade,
    field text not null,
    position bigint not null,
    object_id bigint references objects (id) on delete set null,
    text text not null,
    confirmed bigint not null default 0,
    primary key (draft_id, field, position)
);
create index draft_sources_object on draft_sources (object_id) where object_id is not null;
create index draft_sources_project on draft_sources (project_id);

-- The project from which an experience came, by its address: here or elsewhere, known or not.
alter table experiences add column project text not null default '';
create index experiences_project on experiences (project) where project <> '';

-- Whether an upload was ever shown to the members of a project alone: its address is checked.
alter table media add column guarded bigint not null default 0;
