-- Instance, organisations, accounts, journals. spec: 01#7.10-7.14, 02
-- Conventions: ids BIGINT, flags BOOLEAN, times BIGINT (seconds unless the column says micros),
-- `*_key` columns hold the case-folded form that makes a name unique.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE organisation (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    nationality TEXT NOT NULL,
    sector TEXT NOT NULL,
    contacts TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    local BOOLEAN NOT NULL,
    restricted_to_domain TEXT NOT NULL,
    landing_page TEXT
);

CREATE TABLE role (
    id @id@,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    permissions BIGINT NOT NULL,
    is_default BOOLEAN NOT NULL,
    memory_limit TEXT NOT NULL,
    max_execution_time TEXT NOT NULL,
    restricted_to_site_admin BOOLEAN NOT NULL,
    enforce_rate_limit BOOLEAN NOT NULL,
    rate_limit_count BIGINT NOT NULL,
    created BIGINT,
    modified BIGINT
);

-- `user` is a reserved word, hence `account`.
CREATE TABLE account (
    id @id@,
    org_id BIGINT NOT NULL REFERENCES organisation (id),
    role_id BIGINT NOT NULL REFERENCES role (id),
    server_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    autoalert BOOLEAN NOT NULL,
    contactalert BOOLEAN NOT NULL,
    invited_by BIGINT NOT NULL,
    gpgkey TEXT NOT NULL,
    certif_public TEXT NOT NULL,
    nids_sid BIGINT NOT NULL,
    termsaccepted BOOLEAN NOT NULL,
    newsread BIGINT NOT NULL,
    change_pw BOOLEAN NOT NULL,
    disabled BOOLEAN NOT NULL,
    expiration BIGINT,
    current_login BIGINT NOT NULL,
    last_login BIGINT NOT NULL,
    last_api_access BIGINT NOT NULL,
    force_logout BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    last_pw_change BIGINT NOT NULL,
    sub TEXT,
    external_auth_required BOOLEAN NOT NULL,
    external_auth_key TEXT NOT NULL,
    notification_daily BOOLEAN NOT NULL,
    notification_weekly BOOLEAN NOT NULL,
    notification_monthly BOOLEAN NOT NULL,
    totp_sealed @bytes@,
    hotp_counter BIGINT
);
CREATE INDEX account_org ON account (org_id);
CREATE INDEX account_role ON account (role_id);

CREATE TABLE auth_key (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash @bytes@ NOT NULL UNIQUE,
    key_start TEXT NOT NULL,
    key_end TEXT NOT NULL,
    created BIGINT NOT NULL,
    expiration BIGINT NOT NULL,
    read_only BOOLEAN NOT NULL,
    comment TEXT NOT NULL,
    allowed_ips TEXT NOT NULL,
    unique_ips TEXT NOT NULL,
    last_used BIGINT NOT NULL
);
CREATE INDEX auth_key_user ON auth_key (user_id);

CREATE TABLE user_setting (
    id @id@,
    user_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    setting TEXT NOT NULL,
    value TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    UNIQUE (user_id, setting)
);

-- The log that administrators read (spec 03#16).
CREATE TABLE log (
    id @id@,
    title TEXT NOT NULL,
    created BIGINT NOT NULL,
    model TEXT NOT NULL,
    model_id BIGINT NOT NULL,
    action TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    change TEXT,
    email TEXT NOT NULL,
    org TEXT NOT NULL,
    description TEXT,
    ip TEXT NOT NULL
);
CREATE INDEX log_model ON log (model, model_id);
CREATE INDEX log_user ON log (user_id);

-- What changed, for consumers with a cursor (peers, streams, caches).
CREATE TABLE change (
    seq @id@,
    at_micros BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    uuid @uuid@,
    event_no BIGINT
);

CREATE TABLE job (
    id @id@,
    worker TEXT NOT NULL,
    job_type TEXT NOT NULL,
    job_input TEXT NOT NULL,
    status BIGINT NOT NULL,
    retries BIGINT NOT NULL,
    message TEXT NOT NULL,
    progress BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    process_id TEXT,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL
);

CREATE TABLE inbox (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    user_agent_sha256 TEXT NOT NULL,
    comment TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    timestamp BIGINT NOT NULL,
    store_as_file BOOLEAN NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE bookmark (
    id @id@,
    user_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    exposed_to_org BOOLEAN NOT NULL,
    comment TEXT
);

CREATE TABLE news (
    id @id@,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    created BIGINT NOT NULL
);
