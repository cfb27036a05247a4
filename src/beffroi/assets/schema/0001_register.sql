-- The register: assets, their series, what changed them, the imports, and the places of the city (not equipment).
CREATE TABLE asset (
    id              uuid PRIMARY KEY,
    index           int NOT NULL UNIQUE,
    kind            text NOT NULL,
    code            text NOT NULL,
    name            text NOT NULL,
    commune         text NOT NULL,
    street          text NOT NULL,
    number          text NOT NULL,
    lon             double precision NOT NULL,
    lat             double precision NOT NULL,
    owner           text NOT NULL,
    contract        text NOT NULL,
    parent          uuid,
    installed_on    text NOT NULL,
    management      text NOT NULL CHECK (management IN ('none', 'cabinet', 'point')),
    rhythm          text NOT NULL CHECK (rhythm IN ('permanent', 'day_cut')),
    state           text NOT NULL CHECK (state IN ('planned', 'in_service', 'out_of_service', 'removed')),
    characteristics jsonb NOT NULL,
    source          text NOT NULL,
    source_hash     bigint NOT NULL,
    simulated       boolean NOT NULL,
    revision        int NOT NULL,
    first_series    int NOT NULL,
    merged_into     uuid
);
CREATE UNIQUE INDEX asset_code ON asset (code) WHERE state <> 'removed';
CREATE UNIQUE INDEX asset_source ON asset (source) WHERE source <> '';

-- A series is one point of one asset: int32, dense, never reused. The register is its only writer.
CREATE TABLE series (
    index int PRIMARY KEY,
    asset uuid NOT NULL,
    point text NOT NULL
);
CREATE INDEX series_asset ON series (asset);

-- One row for each asset and journal line that changed it; before is null for a creation.
CREATE TABLE asset_change (
    asset       uuid NOT NULL,
    position    bigint NOT NULL,
    recorded_at bigint NOT NULL,
    actor_kind  text NOT NULL,
    actor       uuid,
    import      uuid,
    before      jsonb,
    after       jsonb NOT NULL,
    PRIMARY KEY (asset, position)
);
CREATE INDEX asset_change_import ON asset_change (import, asset) WHERE import IS NOT NULL;

CREATE TABLE asset_import (
    id          uuid PRIMARY KEY,
    position    bigint NOT NULL,
    at          bigint NOT NULL,
    actor       uuid,
    mapping     text NOT NULL,
    title       text NOT NULL,
    attribution text NOT NULL,
    file_hash   text NOT NULL,
    counts      jsonb NOT NULL,
    state       text NOT NULL CHECK (state IN ('committed', 'undone'))
);

-- Streets, addresses, outlines: features that are not equipment, by layer. Geometry is WKB, WGS 84.
CREATE TABLE place (
    layer      text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    properties jsonb NOT NULL,
    geometry   bytea NOT NULL,
    hash       bigint NOT NULL,
    PRIMARY KEY (layer, key)
);

CREATE TABLE place_change (
    import   uuid NOT NULL,
    layer    text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    before   jsonb,
    after    jsonb,
    PRIMARY KEY (import, layer, key)
);
