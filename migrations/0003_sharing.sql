-- Sharing groups, delegation, blocklists and other lists kept by people. spec: 01#7.9, 01#7.14
CREATE TABLE sharing_group (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    releasability TEXT NOT NULL,
    description TEXT NOT NULL,
    organisation_uuid @uuid@,
    org_id BIGINT NOT NULL,
    sync_user_id BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    local BOOLEAN NOT NULL,
    roaming BOOLEAN NOT NULL
);

CREATE TABLE sharing_group_org (
    id @id@,
    sharing_group_id BIGINT NOT NULL REFERENCES sharing_group (id) ON DELETE CASCADE,
    org_id BIGINT NOT NULL REFERENCES organisation (id),
    extend BOOLEAN NOT NULL,
    UNIQUE (sharing_group_id, org_id)
);
CREATE INDEX sharing_group_org_org ON sharing_group_org (org_id);

CREATE TABLE sharing_group_server (
    id @id@,
    sharing_group_id BIGINT NOT NULL REFERENCES sharing_group (id) ON DELETE CASCADE,
    server_id BIGINT NOT NULL,
    all_orgs BOOLEAN NOT NULL,
    UNIQUE (sharing_group_id, server_id)
);

CREATE TABLE event_delegation (
    id @id@,
    org_id BIGINT NOT NULL,
    requester_org_id BIGINT NOT NULL,
    event_no BIGINT NOT NULL UNIQUE,
    message TEXT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL
);

CREATE TABLE event_blocklist (
    id @id@,
    event_uuid @uuid@ NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    event_info TEXT NOT NULL,
    comment TEXT,
    event_orgc TEXT NOT NULL
);

CREATE TABLE org_blocklist (
    id @id@,
    org_uuid @uuid@ NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    org_name TEXT NOT NULL,
    comment TEXT
);

CREATE TABLE analyst_data_blocklist (
    id @id@,
    analyst_data_uuid @uuid@ NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    analyst_data_info TEXT NOT NULL,
    comment TEXT,
    analyst_data_orgc TEXT NOT NULL
);

CREATE TABLE correlation_exclusion (
    id @id@,
    value TEXT NOT NULL,
    value_key TEXT NOT NULL UNIQUE,
    from_json BOOLEAN NOT NULL,
    comment TEXT
);
