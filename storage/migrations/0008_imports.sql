-- What was imported from elsewhere, so that a second run makes no doubles.

create table imports (
    -- the kind of source and a digest of what identifies the text in it
    source_key text primary key,
    object_id bigint references objects (id) on delete set null,
    draft_id bigint references drafts (id) on delete set null,
    -- when it was first published, in its source
    published_at bigint,
    imported_at bigint not null
);
create index imports_object on imports (object_id) where object_id is not null;
create index imports_draft on imports (draft_id) where draft_id is not null;
