-- Orders with what became of each point (positions of `states` answer those of `targets`), overrides, lock-outs.
CREATE TABLE orders_order (
    id            uuid PRIMARY KEY,
    state         text NOT NULL CHECK (state IN
                  ('waiting', 'approved', 'following', 'ended', 'refused', 'cancelled', 'expired')),
    requested_at  bigint NOT NULL,
    ended_at      bigint,
    facts         jsonb NOT NULL,
    targets       bytea NOT NULL,
    states        bytea NOT NULL
);
CREATE INDEX orders_order_requested ON orders_order (requested_at DESC);

-- Which orders a light point ever received; `asset_index` is the register's dense index.
CREATE TABLE orders_target (
    asset_index   int NOT NULL,
    order_id      uuid NOT NULL REFERENCES orders_order (id),
    PRIMARY KEY (asset_index, order_id)
);

CREATE TABLE orders_override (
    asset_index   int PRIMARY KEY,
    level_pct     real NOT NULL,
    until         bigint NOT NULL,
    order_id      uuid NOT NULL REFERENCES orders_order (id)
);
CREATE INDEX orders_override_order ON orders_override (order_id);

CREATE TABLE orders_lock (
    id            uuid PRIMARY KEY,
    asset         uuid NOT NULL,
    facts         jsonb NOT NULL,
    lifted_at     bigint
);
CREATE UNIQUE INDEX orders_lock_held ON orders_lock (asset) WHERE lifted_at IS NULL;
