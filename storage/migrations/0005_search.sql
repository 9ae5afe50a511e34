-- Search over experiences: folded and stemmed words, in the engine's own index.

-- only: sqlite
create virtual table experience_words using fts5 (
    title, summary, body, names, tokenize='ascii'
);
-- end
-- only: postgres
create table experience_words (
    rowid bigint primary key references experiences (object_id) on delete cascade,
    words tsvector not null
);
create index experience_words_words on experience_words using gin (words);
-- end

-- Every word that occurs, as typed and as stemmed: typing errors are compared with these.
create table search_words (
    word text primary key,
    stem text not null,
    uses bigint not null
);
