-- The hint of a mail address whose domain has no dot held the rest of the address: j•••@i•••.smith@intranet. What follows
-- the second mask is the last label of a domain, or nothing.
update factors set hint = regexp_replace(hint, '^(.•••@.•••).*$', '\1')
where method = 'email' and hint !~ '^.•••@.•••(\.[^@.]+)?$';
