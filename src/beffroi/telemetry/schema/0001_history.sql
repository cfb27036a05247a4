-- History of readings: one partition a day (UTC), one row per (series, source time). The key is the identity of a
-- reading (house convention 3): it refuses a repeat, and the intake's high-water marks are rebuilt from it.
CREATE TABLE sample (
    series  integer NOT NULL,
    time    bigint NOT NULL,
    value   double precision NOT NULL
) PARTITION BY RANGE (time);

-- Roll-ups stay when raw samples have left. Hours are UTC; days are the city's (23 to 25 h), stamped by their first µs.
CREATE TABLE sample_hour (
    series      integer NOT NULL,
    time        bigint NOT NULL,
    count       integer NOT NULL,
    min         double precision NOT NULL,
    max         double precision NOT NULL,
    sum         double precision NOT NULL,
    last        double precision NOT NULL,
    PRIMARY KEY (series, time)
);
CREATE INDEX sample_hour_time ON sample_hour (time);

CREATE TABLE sample_day (
    series      integer NOT NULL,
    time        bigint NOT NULL,
    count       integer NOT NULL,
    min         double precision NOT NULL,
    max         double precision NOT NULL,
    sum         double precision NOT NULL,
    last        double precision NOT NULL,
    PRIMARY KEY (series, time)
);
CREATE INDEX sample_day_time ON sample_day (time);

-- Hours whose roll-up no longer says what the samples say: written with the samples, emptied by the roll-up. Without a
-- key on purpose: a note swallowed as a repeat of one that the roll-up is just removing would be lost.
CREATE TABLE rollup_due (
    series  integer NOT NULL,
    time    bigint NOT NULL
);
-- Up to where whole hours have been rolled up, one row.
CREATE TABLE rollup_mark (
    single  boolean PRIMARY KEY DEFAULT true CHECK (single),
    upto    bigint NOT NULL
);

-- The last value of each series: a checkpoint about a second old, never the mark of what was stored.
CREATE TABLE latest (
    series  integer PRIMARY KEY,
    time    bigint NOT NULL,
    value   double precision NOT NULL
) WITH (fillfactor = 70);

-- One row per committed batch not yet in `latest`: which series it touched (little-endian int32), so that a restart
-- finds the true marks without reading the history; also the proof, after a lost connection, that a batch is there.
CREATE TABLE intake_batch (
    id      bigint PRIMARY KEY,
    series  bytea NOT NULL
);

-- Partitions belong to the tables' owner; the application may only ask for a day, or drop one that retention ended.
CREATE FUNCTION telemetry_ensure_day(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := 'sample_' || to_char(day, 'YYYYMMDD');
    low  bigint := (extract(epoch FROM day::timestamp) * 1000000)::bigint;
    high bigint := (extract(epoch FROM (day + 1)::timestamp) * 1000000)::bigint;
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    -- CREATE then ATTACH: PARTITION OF would wait for every COPY through the parent
    EXECUTE format('CREATE TABLE %I (LIKE sample)', part);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (series, time)', part);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (time >= %s AND time < %s)', part, low, high);
    EXECUTE format('ALTER TABLE sample ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', part, low, high);
END $$;

CREATE FUNCTION telemetry_drop_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    part text := 'sample_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE sample DETACH PARTITION %I', part);
    EXECUTE format('DROP TABLE %I', part);
    RETURN true;
END $$;
