-- How members sign in, and the mails that they get.

create table sessions (
    id bigint primary key,
    token_hash text not null unique,
    actor_id bigint not null references actors (id) on delete cascade,
    label text not null default '',
    created_at bigint not null,
    seen_at bigint not null,
    -- when the member last proved who they are; dangerous acts ask for a recent one
    proven_at bigint not null,
    expires_at bigint not null
);
create index sessions_actor on sessions (actor_id, id);
create index sessions_expiry on sessions (expires_at);

-- Secrets that are used once: magic links, invitations, the first set-up, mail confirmation.
create table one_time_codes (
    code_hash text primary key,
    purpose text not null,
    actor_id bigint references actors (id) on delete cascade,
    -- JSON of what the code grants
    details text not null default '{}',
    created_by text not null default '',
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index one_time_codes_actor on one_time_codes (actor_id) where actor_id is not null;
create index one_time_codes_purpose on one_time_codes (purpose, created_at);
create index one_time_codes_expiry on one_time_codes (expires_at);

create table passkeys (
    id bigint primary key,
    credential_id text not null unique,
    actor_id bigint not null references actors (id) on delete cascade,
    public_key text not null,
    sign_count bigint not null default 0,
    label text not null default '',
    created_at bigint not null,
    used_at bigint
);
create index passkeys_actor on passkeys (actor_id);

-- Time-based codes (RFC 6238); `last_step` keeps a code from being used twice.
create table second_factors (
    actor_id bigint primary key references actors (id) on delete cascade,
    secret text not null,
    confirmed_at bigint,
    last_step bigint not null default 0,
    recovery_hashes text not null default '[]'
);

create table identities (
    issuer text not null,
    subject text not null,
    actor_id bigint not null references actors (id) on delete cascade,
    created_at bigint not null,
    primary key (issuer, subject)
);
create index identities_actor on identities (actor_id);

create index members_email on members (lower(email)) where email <> '';

-- Mails wait here until the server took them; `once` makes a digest go out once.
create table mails (
    id bigint primary key,
    recipient text not null,
    subject text not null,
    text text not null,
    html text not null default '',
    headers text not null default '{}',
    once text unique,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    due_at bigint not null,
    error text not null default '',
    created_at bigint not null,
    done_at bigint
);
create index mails_due on mails (due_at, id) where state = 'waiting';
create index mails_age on mails (done_at) where done_at is not null;

-- What a member chose: JSON of web.preferences or of other rooms, by name.
create table preferences (
    actor_id bigint not null references actors (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (actor_id, name)
);
