-- The desks of the room, where the city decided otherwise than the package.
CREATE TABLE seats_desk (
    name    text PRIMARY KEY,
    rank    integer NOT NULL,
    label   jsonb NOT NULL,
    trades  text[] NOT NULL
);

-- The places of the room; only the digest of each browser's secret.
CREATE TABLE seats_seat (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    digest        text NOT NULL UNIQUE,
    enrolled_at   bigint NOT NULL,
    account       uuid,
    since         bigint,
    beside        uuid,
    beside_until  bigint
);

CREATE TABLE seats_holding (
    desk          text PRIMARY KEY,
    seat          uuid NOT NULL,
    since         bigint NOT NULL,
    by            uuid,
    unheld_since  bigint
);

CREATE TABLE seats_relief (
    id         uuid PRIMARY KEY,
    seat       uuid NOT NULL,
    desks      text[] NOT NULL,
    outgoing   uuid,
    begun_at   bigint NOT NULL,
    since      bigint NOT NULL,
    ticks      text[] NOT NULL,
    incoming   uuid,
    signed_at  bigint,
    digest     text NOT NULL,
    cancelled  boolean NOT NULL
);

-- The page as it was read and signed, with names and telephones: erased at its end, the journal keeps its digest.
CREATE TABLE seats_relief_page (
    relief   uuid PRIMARY KEY REFERENCES seats_relief (id),
    page     text NOT NULL,
    ends_at  bigint NOT NULL
);
