-- A line written for the room before its event was masked: it comes back with it.
ALTER TABLE logbook_entry ADD COLUMN concealed boolean NOT NULL DEFAULT false;
