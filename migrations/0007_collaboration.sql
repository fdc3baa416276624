-- Working together: collections of tags and of things, blueprints of sharing groups, discussions, locks,
-- dashboards, forms, rules of the instance. spec: 08#2, 08#5, 08#6, 08#9, 08#13, 08#16

-- Organisations whose sightings are refused.
CREATE TABLE sighting_blocklist (
    id @id@,
    org_uuid @uuid@ NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    org_name TEXT NOT NULL,
    comment TEXT
);

-- What an extraction has written into a report, so that it can be told and taken back. `places` is JSON.
CREATE TABLE report_extraction (
    id @id@,
    report_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    places TEXT NOT NULL
);
CREATE INDEX report_extraction_report ON report_extraction (report_id);

CREATE TABLE tag_collection (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    all_orgs BOOLEAN NOT NULL
);

CREATE TABLE tag_collection_tag (
    id @id@,
    tag_collection_id BIGINT NOT NULL REFERENCES tag_collection (id) ON DELETE CASCADE,
    tag_id BIGINT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    UNIQUE (tag_collection_id, tag_id)
);
CREATE INDEX tag_collection_tag_tag ON tag_collection_tag (tag_id);

CREATE TABLE collection (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    org_id BIGINT NOT NULL,
    orgc_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    label BIGINT NOT NULL REFERENCES policy_label (id)
);
CREATE INDEX collection_group ON collection (sharing_group_id) WHERE sharing_group_id <> 0;

CREATE TABLE collection_element (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    collection_id BIGINT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    element_uuid @uuid@ NOT NULL,
    element_type TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (collection_id, element_uuid)
);
CREATE INDEX collection_element_element ON collection_element (element_uuid);

CREATE TABLE sharing_group_blueprint (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    rules TEXT NOT NULL
);

-- `event_no` NULL: a thread of its own, which has a level and a label; otherwise it follows its event.
CREATE TABLE thread (
    id @id@,
    title TEXT NOT NULL,
    event_no BIGINT REFERENCES event (no) ON DELETE CASCADE,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    post_count BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    label BIGINT REFERENCES policy_label (id)
);
CREATE UNIQUE INDEX thread_event ON thread (event_no) WHERE event_no IS NOT NULL;
CREATE INDEX thread_group ON thread (sharing_group_id) WHERE sharing_group_id <> 0;

CREATE TABLE post (
    id @id@,
    thread_id BIGINT NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
    post_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    contents TEXT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL
);
CREATE INDEX post_thread ON post (thread_id);

-- Who is at work on an event, until when. It only tells others.
CREATE TABLE event_lock (
    id @id@,
    event_no BIGINT NOT NULL REFERENCES event (no) ON DELETE CASCADE,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    UNIQUE (event_no, user_id)
);

CREATE TABLE dashboard_template (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    selectable BOOLEAN NOT NULL,
    user_id BIGINT NOT NULL,
    restrict_to_org_id BIGINT NOT NULL,
    restrict_to_role_id BIGINT NOT NULL,
    restrict_to_permission_flag TEXT NOT NULL,
    value TEXT NOT NULL,
    timestamp BIGINT NOT NULL
);

-- Forms from which events are made.
CREATE TABLE event_template (
    id @id@,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    org_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    share BOOLEAN NOT NULL
);

CREATE TABLE event_template_element (
    id @id@,
    template_id BIGINT NOT NULL REFERENCES event_template (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    definition TEXT NOT NULL
);
CREATE INDEX event_template_element_template ON event_template_element (template_id);

CREATE TABLE event_template_tag (
    template_id BIGINT NOT NULL REFERENCES event_template (id) ON DELETE CASCADE,
    tag_id BIGINT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    PRIMARY KEY (template_id, tag_id)
);
CREATE INDEX event_template_tag_tag ON event_template_tag (tag_id);

-- Rewriting of values on their way in, in the order of ids. `type` empty: all types.
CREATE TABLE import_rule (
    id @id@,
    pattern TEXT NOT NULL,
    replacement TEXT NOT NULL,
    type TEXT NOT NULL
);

-- Patterns of values that leave this instance in no export.
CREATE TABLE allowed_value (
    id @id@,
    pattern TEXT NOT NULL UNIQUE
);
