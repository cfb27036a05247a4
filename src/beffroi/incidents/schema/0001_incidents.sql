-- One row per event of the room: the columns are what lists and searches cut by, `data` is the whole record.
CREATE TABLE incident (
    id          uuid PRIMARY KEY,
    number      text NOT NULL UNIQUE,
    year        integer NOT NULL,
    serial      integer NOT NULL,
    state       text NOT NULL CHECK (state IN ('new', 'taken', 'in_progress', 'resolved', 'joined', 'closed')),
    category    text NOT NULL,
    what        text NOT NULL,
    place       text NOT NULL,
    search      text NOT NULL,
    asset       uuid,
    lon         double precision,
    lat         double precision,
    commune     text NOT NULL,
    trade       text NOT NULL,
    kind        text NOT NULL,
    masked      boolean NOT NULL,
    priority    smallint NOT NULL,
    source      text NOT NULL,
    first_at    bigint NOT NULL,
    opened_at   bigint NOT NULL,
    changed_at  bigint NOT NULL,
    closed_at   bigint,
    taken_by    uuid,
    into_event  uuid REFERENCES incident (id),
    opening     bigint NOT NULL,
    data        jsonb NOT NULL,
    UNIQUE (year, serial),
    CHECK (state <> 'closed' OR (closed_at IS NOT NULL AND data ->> 'cause' <> '' AND data ->> 'result' <> ''))
);
CREATE INDEX incident_open ON incident (id) WHERE state <> 'closed';
CREATE INDEX incident_first ON incident (first_at DESC);
CREATE INDEX incident_closed ON incident (closed_at DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX incident_asset ON incident (asset, first_at DESC) WHERE asset IS NOT NULL;
CREATE INDEX incident_into ON incident (into_event) WHERE into_event IS NOT NULL;

-- What a seat sent late, by its identity there: once only.
CREATE TABLE incident_local (
    local     uuid PRIMARY KEY,
    incident  uuid NOT NULL REFERENCES incident (id),
    at        bigint NOT NULL
);
CREATE INDEX incident_local_at ON incident_local (at);

-- Files of events: people and plates are on them, so that they leave at `ends_at`, bytes and name.
CREATE TABLE incident_file (
    id        uuid PRIMARY KEY,
    incident  uuid NOT NULL REFERENCES incident (id),
    at        bigint NOT NULL,
    ends_at   bigint NOT NULL,
    media     text NOT NULL,
    bytes     bytea
);
CREATE INDEX incident_file_living ON incident_file (ends_at) WHERE bytes IS NOT NULL;
