-- The language of a user's mails and text messages (ISO 639-1). Null: DEFAULT_LANGUAGE. The check knows no list of
-- languages, so that a release with another language needs no migration.
alter table users add column language text check (language ~ '^[a-z]{2}$');
