-- Standing faults and what became of them.
CREATE TABLE work_item (
    id uuid PRIMARY KEY,
    asset uuid NOT NULL,
    index integer NOT NULL,
    kind text NOT NULL,
    fault text NOT NULL,
    opened_at bigint NOT NULL,
    commune text NOT NULL,
    trade text NOT NULL,
    priority smallint NOT NULL,
    alarm uuid,
    cause uuid,
    assigned_to text NOT NULL DEFAULT '',
    assigned_at bigint,
    cleared_at bigint,
    closed_at bigint,
    result text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX work_item_open ON work_item (asset, fault) WHERE closed_at IS NULL;
CREATE INDEX work_item_asset ON work_item (asset, opened_at);
