-- Raised by every change of a user's password, roles, status and factors, and by every helpdesk action. A grant (a session, a
-- temp token, a factor, a device, …) is written only where the number is still the one that it was decided on.
alter table users add column security_version integer not null default 0;

-- The factor that a session was opened or raised by: without it the session falls to the password alone. No foreign key, for
-- the row tells of a factor that is gone. Null in rows from before: there any factor of the same method holds it.
alter table sessions add column factor_id uuid;
