-- SKOS concept schemes and their concepts, with the words by which they are found.

create table schemes (
    name text primary key,
    uri text not null unique,
    -- JSON: {"fr": …, "en": …}
    labels text not null,
    version text not null default '',
    source text not null default '',
    licence text not null default '',
    note text not null default '',
    loaded_at bigint not null
);

create table concepts (
    uri text primary key,
    scheme text not null references schemes (name) on delete cascade,
    notation text not null,
    -- JSON objects by language; `synonyms` holds lists
    labels text not null,
    synonyms text not null default '{}',
    definitions text not null default '{}',
    broader text not null default '',
    replaced_by text not null default '',
    deprecated bigint not null default 0,
    position bigint not null default 0
);
create index concepts_scheme on concepts (scheme, position, uri);
create index concepts_notation on concepts (scheme, notation);
-- What is out of use may share its notation with what came after.
create unique index concepts_notation_used on concepts (scheme, notation) where deprecated = 0;
create index concepts_broader on concepts (broader) where broader <> '';

-- The stems of every label and synonym, to find concepts in a text: looked up by the longest of
-- them, which is the rarest as a rule.
create table concept_terms (
    language text not null,
    longest text not null,
    term text not null,
    concept text not null references concepts (uri) on delete cascade,
    scheme text not null,
    -- 2 for a label, 1 for a synonym
    weight bigint not null,
    primary key (language, longest, term, concept)
);
create index concept_terms_concept on concept_terms (concept);
