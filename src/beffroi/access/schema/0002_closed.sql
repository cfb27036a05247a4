-- When an account was closed: its name is forgotten as long after that as texts about accounts are kept.
ALTER TABLE access_account ADD COLUMN closed_at bigint;
