-- A notice of a danger also goes to the telephones of the owner. Texts wait in the outbox beside the mails, and each worker
-- takes those of its own channel. An instance of the older release takes both. It refuses a number, because that is no mail
-- address, and leaves the text to its next attempt.
alter table outbox add column channel text not null default 'mail' check (channel in ('mail', 'sms'));
alter table letters add column channel text not null default 'mail' check (channel in ('mail', 'sms'));
