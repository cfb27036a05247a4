-- One row per alarm, work condition or event condition ever raised; the open ones are the core's memory.
CREATE TABLE alarm (
    id uuid PRIMARY KEY,
    asset uuid NOT NULL,
    index integer NOT NULL,
    kind text NOT NULL,
    alarm_class text NOT NULL,
    commune text NOT NULL,
    trade text NOT NULL,
    outcome text NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL,
    disposition text NOT NULL,
    raised_at bigint NOT NULL,
    returned_at bigint,
    changed_at bigint NOT NULL,
    annunciated_at bigint,
    closed_at bigint,
    acknowledged_at bigint,
    acknowledged_by uuid,
    taken_by uuid,
    shelved_until bigint,
    withheld_for text NOT NULL,
    value double precision,
    toggles integer NOT NULL,
    latched boolean NOT NULL,
    folds boolean NOT NULL,
    late boolean NOT NULL,
    feeder uuid,
    street text NOT NULL,
    source text NOT NULL,
    explains text[] NOT NULL,
    supposed boolean NOT NULL,
    pending_until bigint,
    settle_at bigint,
    parent uuid,
    manual boolean NOT NULL,
    reason text NOT NULL,
    reason_params jsonb NOT NULL,
    params jsonb NOT NULL,
    "left" uuid[] NOT NULL
);

CREATE INDEX alarm_open ON alarm (id) WHERE state <> 'normal' OR disposition <> '' OR settle_at IS NOT NULL;
CREATE INDEX alarm_closed ON alarm (closed_at);
CREATE INDEX alarm_asset ON alarm (asset, raised_at);
CREATE INDEX alarm_parent ON alarm (parent) WHERE parent IS NOT NULL;

-- What the operators were told of, for the figures of ISA-18.2: one row per annunciation.
CREATE TABLE alarm_annunciation (
    at bigint NOT NULL,
    alarm uuid NOT NULL,
    asset uuid NOT NULL,
    kind text NOT NULL,
    alarm_class text NOT NULL,
    commune text NOT NULL,
    trade text NOT NULL,
    priority smallint NOT NULL
);

CREATE INDEX alarm_annunciation_at ON alarm_annunciation (at);

CREATE TABLE alarm_flood (
    desk text PRIMARY KEY,
    since bigint
);
