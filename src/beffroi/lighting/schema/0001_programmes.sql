-- One programme in force per commune; the empty commune is the programme of all the others.
CREATE TABLE lighting_programme (
    commune    text PRIMARY KEY,
    programme  jsonb NOT NULL
);
