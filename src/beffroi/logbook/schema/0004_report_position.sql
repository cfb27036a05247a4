-- The line of the journal that holds the words of a version: erased there, they leave here.
ALTER TABLE logbook_report ADD COLUMN position bigint;
