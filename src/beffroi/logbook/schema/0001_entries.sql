-- The main courante: one row per line, read by time; texts are erasable, hence not only in the journal.
CREATE TABLE logbook_entry (
    id            uuid PRIMARY KEY,
    position      bigint NOT NULL UNIQUE,
    happened_at   bigint NOT NULL,
    recorded_at   bigint NOT NULL,
    source        text NOT NULL CHECK (source IN ('typed', 'automatic')),
    author        uuid,
    text          text NOT NULL,
    code          text NOT NULL,
    params        jsonb NOT NULL,
    asset         uuid,
    corrects      uuid REFERENCES logbook_entry (id),
    corrected_by  uuid,
    commune       text NOT NULL,
    trade         text NOT NULL,
    kind          text NOT NULL
);
CREATE INDEX logbook_entry_happened ON logbook_entry (happened_at DESC);
CREATE INDEX logbook_entry_asset ON logbook_entry (asset, happened_at DESC) WHERE asset IS NOT NULL;
