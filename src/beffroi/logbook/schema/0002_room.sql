-- The life of the room: lines about an event, lines typed while the core was away, the visa of the relève, the reports.
ALTER TABLE logbook_entry ADD COLUMN incident uuid;
ALTER TABLE logbook_entry ADD COLUMN local uuid UNIQUE;
ALTER TABLE logbook_entry ADD COLUMN typed_at bigint;
CREATE INDEX logbook_entry_incident ON logbook_entry (incident, happened_at DESC) WHERE incident IS NOT NULL;

CREATE TABLE logbook_visa (
    id           uuid PRIMARY KEY,
    first        bigint NOT NULL,
    last         bigint NOT NULL CHECK (last >= first),
    lines        integer NOT NULL,
    signed_by    uuid,
    signed_at    bigint NOT NULL,
    compartment  text NOT NULL CHECK (compartment IN ('', 'police', 'video')),
    relief       uuid
);
CREATE INDEX logbook_visa_last ON logbook_visa (last DESC);

-- One row per version: the first is the machine's, the others are corrections by hand.
CREATE TABLE logbook_report (
    night        date NOT NULL,
    version      integer NOT NULL,
    recorded_at  bigint NOT NULL,
    author       uuid,
    body         text NOT NULL,
    PRIMARY KEY (night, version)
);
