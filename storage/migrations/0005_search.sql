-- Search over experiences: folded and stemmed words, in the engine's own index.

-- `names` are the labels of concepts, places, tools and partners; `exact` holds the words as they
-- were written (folded, not stemmed) with the joined forms of hyphenated ones.
-- only: sqlite
create virtual table experience_words using fts5 (
    title, names, summary, body, exact, tokenize='ascii'
);
create trigger experience_words_leave after delete on experiences begin
    delete from experience_words where rowid = old.object_id;
end;
-- end
-- only: postgres
create table experience_words (
    rowid bigint primary key references experiences (object_id) on delete cascade,
    words tsvector not null
);
-- Beside the other columns, not apart: the planner counts only what is there, and would read every
-- vector of a table that it takes for small.
alter table experience_words alter column words set storage main;
create index experience_words_words on experience_words using gin (words) with (fastupdate = off);
-- end

-- What lists ask of an experience, in short rows: those of `objects` hold whole documents.
create table searchable (
    id bigint primary key references experiences (object_id) on delete cascade,
    actor_id bigint not null,
    local bigint not null,
    visibility text not null,
    published_at bigint not null,
    happened_at bigint not null
);

-- The words of each experience, as they were counted in `search_words`.
create table counted_words (
    object_id bigint primary key references experiences (object_id) on delete cascade,
    words text not null,
    open bigint not null
);

-- Every word that occurs and its stem: typing errors are compared with these. `open_uses` counts
-- the experiences that everybody may read: a stranger is offered no other words.
create table search_words (
    word text primary key,
    stem text not null,
    -- with its accents
    shown text not null,
    uses bigint not null,
    open_uses bigint not null
);
create index search_words_stem on search_words (stem);

-- The experiences that an organisation carries.
create index experiences_carried on experiences (carried_by) where carried_by <> '';
