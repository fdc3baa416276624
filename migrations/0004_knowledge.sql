-- Community libraries: object templates, taxonomies, galaxies, warninglists, noticelists, decay
-- models, feeds. spec: 01#7.13, 05, 07
CREATE TABLE object_template (
    id @id@,
    user_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    uuid @uuid@ NOT NULL,
    name TEXT NOT NULL,
    meta_category TEXT NOT NULL,
    description TEXT NOT NULL,
    version BIGINT NOT NULL,
    requirements TEXT NOT NULL,
    fixed BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    definition TEXT NOT NULL,
    UNIQUE (uuid, version)
);

CREATE TABLE object_template_element (
    id @id@,
    object_template_id BIGINT NOT NULL REFERENCES object_template (id) ON DELETE CASCADE,
    object_relation TEXT NOT NULL,
    type TEXT NOT NULL,
    ui_priority BIGINT NOT NULL,
    categories TEXT NOT NULL,
    sane_default TEXT NOT NULL,
    values_list TEXT NOT NULL,
    description TEXT NOT NULL,
    disable_correlation BOOLEAN NOT NULL,
    multiple BOOLEAN NOT NULL
);
CREATE INDEX object_template_element_template ON object_template_element (object_template_id);

CREATE TABLE object_relationship (
    id @id@,
    version BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    format TEXT NOT NULL
);

CREATE TABLE taxonomy (
    id @id@,
    namespace TEXT NOT NULL,
    namespace_key TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    version BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL,
    exclusive BOOLEAN NOT NULL,
    required BOOLEAN NOT NULL,
    highlighted BOOLEAN NOT NULL,
    definition TEXT NOT NULL
);

-- One row per tag that a taxonomy can make.
CREATE TABLE taxonomy_entry (
    id @id@,
    taxonomy_id BIGINT NOT NULL REFERENCES taxonomy (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    predicate TEXT NOT NULL,
    value TEXT,
    expanded TEXT NOT NULL,
    description TEXT,
    exclusive_predicate BOOLEAN NOT NULL,
    colour TEXT NOT NULL,
    numerical_value BIGINT
);
CREATE INDEX taxonomy_entry_taxonomy ON taxonomy_entry (taxonomy_id);
CREATE INDEX taxonomy_entry_tag ON taxonomy_entry (tag_key);

CREATE TABLE galaxy (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    version BIGINT NOT NULL,
    icon TEXT NOT NULL,
    namespace TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    local_only BOOLEAN NOT NULL,
    kill_chain_order TEXT
);
CREATE INDEX galaxy_type ON galaxy (type);

-- Some published uuids occur in more than one collection, so a uuid is unique within its galaxy only.
CREATE TABLE galaxy_cluster (
    id @id@,
    uuid @uuid@ NOT NULL,
    collection_uuid TEXT NOT NULL,
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    tag_name TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    description TEXT NOT NULL,
    galaxy_id BIGINT NOT NULL REFERENCES galaxy (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    authors TEXT NOT NULL,
    version BIGINT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    orgc_id BIGINT NOT NULL,
    is_default BOOLEAN NOT NULL,
    locked BOOLEAN NOT NULL,
    extends_uuid @uuid@,
    extends_version BIGINT NOT NULL,
    published BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    label BIGINT,
    UNIQUE (uuid, galaxy_id)
);
CREATE INDEX galaxy_cluster_galaxy ON galaxy_cluster (galaxy_id);
CREATE INDEX galaxy_cluster_tag ON galaxy_cluster (tag_key);

CREATE TABLE galaxy_element (
    id @id@,
    galaxy_cluster_id BIGINT NOT NULL REFERENCES galaxy_cluster (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX galaxy_element_cluster ON galaxy_element (galaxy_cluster_id);

CREATE TABLE galaxy_relation (
    id @id@,
    galaxy_cluster_id BIGINT NOT NULL REFERENCES galaxy_cluster (id) ON DELETE CASCADE,
    galaxy_cluster_uuid @uuid@ NOT NULL,
    referenced_id BIGINT NOT NULL,
    referenced_uuid @uuid@ NOT NULL,
    type TEXT NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    is_default BOOLEAN NOT NULL,
    tags TEXT NOT NULL
);
CREATE INDEX galaxy_relation_cluster ON galaxy_relation (galaxy_cluster_id);
CREATE INDEX galaxy_relation_referenced ON galaxy_relation (referenced_uuid);

-- Entries are kept in chunks of text, a line each with its comment behind U+001F: a list is only ever
-- read whole, to compile a matcher or to show it.
CREATE TABLE warninglist (
    id @id@,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    version BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    category TEXT NOT NULL,
    entry_count BIGINT NOT NULL,
    matching_attributes TEXT NOT NULL
);

CREATE TABLE warninglist_entries (
    warninglist_id BIGINT NOT NULL REFERENCES warninglist (id) ON DELETE CASCADE,
    chunk BIGINT NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (warninglist_id, chunk)
);

CREATE TABLE noticelist (
    id @id@,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    expanded_name TEXT NOT NULL,
    ref TEXT NOT NULL,
    geographical_area TEXT NOT NULL,
    version BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL,
    notices TEXT NOT NULL
);

CREATE TABLE decaying_model (
    id @id@,
    uuid @uuid@ NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    org_id BIGINT NOT NULL,
    parameters TEXT NOT NULL,
    attribute_types TEXT NOT NULL,
    formula TEXT NOT NULL,
    version TEXT NOT NULL,
    ref TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    all_orgs BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL
);

CREATE TABLE feed (
    id @id@,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    url TEXT NOT NULL UNIQUE,
    rules TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    distribution BIGINT NOT NULL,
    sharing_group_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL,
    is_default BOOLEAN NOT NULL,
    source_format TEXT NOT NULL,
    fixed_event BOOLEAN NOT NULL,
    delta_merge BOOLEAN NOT NULL,
    event_id BIGINT NOT NULL,
    publish BOOLEAN NOT NULL,
    override_ids BOOLEAN NOT NULL,
    settings TEXT NOT NULL,
    input_source TEXT NOT NULL,
    delete_local_file BOOLEAN NOT NULL,
    lookup_visible BOOLEAN NOT NULL,
    headers TEXT NOT NULL,
    caching_enabled BOOLEAN NOT NULL,
    force_to_ids BOOLEAN NOT NULL,
    orgc_id BIGINT NOT NULL
);
