-- Why a login that needed a second factor was let through without one: its tokens and the audit say so.
alter table sessions add column waived text
  check (waived in ('trusted_device', 'provider_bypass', 'provider_outage'));
