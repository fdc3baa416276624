-- Events and what is in them, their labels and postings. spec: 01#7, 10#1.9, 13#8
-- Element ids are `event_no << 24 | seq`, so an event's elements are one range of the primary key.

CREATE TABLE policy_label (
    id @id@,
    digest @bytes@ NOT NULL UNIQUE,
    facts TEXT NOT NULL
);

CREATE TABLE event (
    no @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    org_id BIGINT NOT NULL REFERENCES organisation (id),
    orgc_id BIGINT NOT NULL REFERENCES organisation (id),
    user_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    info TEXT NOT NULL,
    published BOOLEAN NOT NULL,
    analysis BIGINT NOT NULL,
    threat_level BIGINT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    publish_timestamp BIGINT NOT NULL,
    sighting_timestamp BIGINT NOT NULL,
    attribute_count BIGINT NOT NULL,
    proposal_email_lock BOOLEAN NOT NULL,
    locked BOOLEAN NOT NULL,
    disable_correlation BOOLEAN NOT NULL,
    extends @uuid@,
    protected BOOLEAN,
    label BIGINT NOT NULL REFERENCES policy_label (id),
    next_seq BIGINT NOT NULL
);
CREATE INDEX event_orgc ON event (orgc_id);
CREATE INDEX event_org ON event (org_id);
CREATE INDEX event_timestamp ON event (timestamp);
CREATE INDEX event_publish_timestamp ON event (publish_timestamp);
CREATE INDEX event_extends ON event (extends);
CREATE INDEX event_label ON event (label);
CREATE INDEX event_group ON event (sharing_group_id) WHERE sharing_group_id <> 0;

-- The own labels in use inside an event: what has to be derived anew when the event's label changes.
CREATE TABLE event_own_label (
    event_no BIGINT NOT NULL,
    label BIGINT NOT NULL,
    PRIMARY KEY (event_no, label)
) @without_rowid@;

-- `flags`: 1 to_ids, 2 deleted, 4 disable_correlation. `distribution` 5 and the other defaults are
-- stored as NULL, which costs nothing. `object_seq` NULL = outside objects.
CREATE TABLE attribute (
    id @id@,
    object_seq BIGINT,
    kind BIGINT NOT NULL,
    category BIGINT NOT NULL,
    flags BIGINT NOT NULL,
    distribution BIGINT,
    sharing_group_id BIGINT,
    label BIGINT,
    timestamp BIGINT NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT,
    uuid @uuid@ NOT NULL,
    value1 TEXT NOT NULL,
    value2 TEXT,
    comment TEXT,
    relation TEXT
);
CREATE INDEX attribute_group ON attribute (sharing_group_id) WHERE sharing_group_id IS NOT NULL;

CREATE TABLE object (
    id @id@,
    uuid @uuid@ NOT NULL,
    name TEXT NOT NULL,
    meta_category TEXT NOT NULL,
    description TEXT NOT NULL,
    template_uuid @uuid@,
    template_version BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    label BIGINT,
    comment TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT
);
CREATE INDEX object_group ON object (sharing_group_id) WHERE sharing_group_id <> 0;

CREATE TABLE object_reference (
    id @id@,
    uuid @uuid@ NOT NULL,
    timestamp BIGINT NOT NULL,
    object_id BIGINT NOT NULL,
    source_uuid @uuid@ NOT NULL,
    referenced_uuid @uuid@ NOT NULL,
    referenced_id BIGINT NOT NULL,
    to_object BOOLEAN NOT NULL,
    relationship_type TEXT NOT NULL,
    comment TEXT NOT NULL,
    deleted BOOLEAN NOT NULL
);
CREATE INDEX object_reference_object ON object_reference (object_id);
CREATE INDEX object_reference_target ON object_reference (referenced_id);

CREATE TABLE event_report (
    id @id@,
    uuid @uuid@ NOT NULL,
    name TEXT NOT NULL,
    content TEXT,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    label BIGINT
);
CREATE INDEX event_report_group ON event_report (sharing_group_id) WHERE sharing_group_id <> 0;

CREATE TABLE proposal (
    id @id@,
    old_id BIGINT NOT NULL,
    uuid @uuid@ NOT NULL,
    kind BIGINT NOT NULL,
    category BIGINT NOT NULL,
    value1 TEXT NOT NULL,
    value2 TEXT,
    to_ids BOOLEAN NOT NULL,
    org_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    event_org_id BIGINT NOT NULL,
    event_uuid @uuid@ NOT NULL,
    comment TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    timestamp BIGINT NOT NULL,
    to_delete BOOLEAN NOT NULL,
    disable_correlation BOOLEAN NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT
);
CREATE INDEX proposal_old ON proposal (old_id);

CREATE TABLE sighting (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    attribute_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    kind BIGINT NOT NULL
);
CREATE INDEX sighting_attribute ON sighting (attribute_id);
CREATE INDEX sighting_seen_at ON sighting (seen_at);

CREATE TABLE tag (
    id @id@,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    exportable BOOLEAN NOT NULL,
    org_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL,
    numerical_value BIGINT,
    is_galaxy BOOLEAN NOT NULL,
    is_custom_galaxy BOOLEAN NOT NULL,
    local_only BOOLEAN NOT NULL
);

-- Tags that a user picks often.
CREATE TABLE favourite_tag (
    user_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, tag_id)
);

CREATE TABLE event_tag (
    id @id@,
    event_no BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    local BOOLEAN NOT NULL,
    relationship_type TEXT,
    UNIQUE (event_no, tag_id)
);
CREATE INDEX event_tag_tag ON event_tag (tag_id, event_no);

CREATE TABLE attribute_tag (
    id @id@,
    attribute_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    local BOOLEAN NOT NULL,
    relationship_type TEXT,
    UNIQUE (attribute_id, tag_id)
);
CREATE INDEX attribute_tag_tag ON attribute_tag (tag_id, attribute_id);

-- Files of attributes and proposals, by the SHA-256 under which the blob store keeps them.
CREATE TABLE attachment (
    element_id @id@,
    sha256 @bytes@ NOT NULL,
    size BIGINT NOT NULL
);
CREATE INDEX attachment_sha256 ON attachment (sha256);

-- Postings: hints that lead to rows; the row decides. spec: 13#8.2, 13#8.3
-- value_ix.flags: 1 to_ids, 2 deleted, 4 disable_correlation, 8 second half.
CREATE TABLE value_ix (
    h BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (h, id)
) @without_rowid@;

-- First eight bytes of a uuid → element. The table that holds it is found by `kind`:
-- 1 attribute, 2 object, 3 reference, 4 report, 5 proposal.
CREATE TABLE uuid_ix (
    h BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (h, id)
) @without_rowid@;

CREATE TABLE ip_ix (
    lo @bytes@ NOT NULL,
    len BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (lo, len, id)
) @without_rowid@;

CREATE TABLE time_ix (
    day BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (day, id)
) @without_rowid@;

CREATE TABLE cryptographic_key (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    type TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    event_no BIGINT NOT NULL,
    key_data TEXT NOT NULL,
    revoked BOOLEAN NOT NULL,
    fingerprint TEXT NOT NULL
);
CREATE INDEX cryptographic_key_event ON cryptographic_key (event_no);

CREATE TABLE analyst_data (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    kind BIGINT NOT NULL,
    object_uuid @uuid@ NOT NULL,
    object_type TEXT NOT NULL,
    authors TEXT NOT NULL,
    org_uuid @uuid@ NOT NULL,
    orgc_uuid @uuid@ NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    locked BOOLEAN NOT NULL,
    label BIGINT NOT NULL REFERENCES policy_label (id),
    note TEXT,
    language TEXT,
    opinion BIGINT,
    comment TEXT,
    relationship_type TEXT,
    related_object_uuid @uuid@,
    related_object_type TEXT
);
CREATE INDEX analyst_data_group ON analyst_data (sharing_group_id) WHERE sharing_group_id <> 0;
CREATE INDEX analyst_data_object ON analyst_data (object_uuid);
CREATE INDEX analyst_data_related ON analyst_data (related_object_uuid);
