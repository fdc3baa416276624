-- Correlation of values that are alike without being equal, rules that keep events apart, and graphs that
-- people arranged and kept. spec: 05#1.3, 05#1.7, 05#1.9

-- Networks among the addresses: which lengths of prefix are in use, and the networks of each.
CREATE INDEX ip_ix_network ON ip_ix (len) WHERE len < 128;

-- From a run of seven characters of a fuzzy hash to the attributes that have it.
CREATE TABLE fuzzy_ix (
    run BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (run, id)
) @without_rowid@;

-- Events that match the same list do not correlate with each other. `selector_list` is a JSON list.
CREATE TABLE correlation_rule (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    comment TEXT NOT NULL,
    selector_type TEXT NOT NULL,
    selector_list TEXT NOT NULL,
    timestamp BIGINT NOT NULL
);

CREATE TABLE event_graph (
    id @id@,
    event_no BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    name TEXT NOT NULL,
    network TEXT NOT NULL,
    preview TEXT
);
CREATE INDEX event_graph_event ON event_graph (event_no);
