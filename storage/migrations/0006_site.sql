-- What the administrator says of the site, and what visitors report.

-- JSON by name: `legal`, `appearance`, `review`…
create table site (
    name text primary key,
    value text not null,
    updated_by text not null default '',
    updated_at bigint not null
);

-- Reports of visitors without an account: a receipt number, and where to answer.
alter table reports add column receipt text not null default '';
alter table reports add column reporter_mail text not null default '';
alter table reports add column decision text not null default '';
-- what it is about, as the reporter chose; how it ended: `removed`, `kept`, `other`
alter table reports add column category text not null default '';
alter table reports add column outcome text not null default '';
alter table reports add column decided_at bigint;
create unique index reports_receipt on reports (receipt) where receipt <> '';

-- The delivery log lists what was published here, page by page.
create index objects_local_articles on objects (id) where local = 1 and type = 'Article';
