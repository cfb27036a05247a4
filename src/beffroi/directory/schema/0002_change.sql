-- The line of the journal that last changed the directory: what screens compare, the same before and after a restart.
CREATE TABLE directory_change (
    single    boolean PRIMARY KEY DEFAULT true CHECK (single),
    position  bigint NOT NULL
);
