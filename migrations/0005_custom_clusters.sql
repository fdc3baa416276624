-- Custom clusters: relations carry a level of their own, and what was deleted for good stays away. spec: 07#4.5, 07#4.7
ALTER TABLE galaxy_relation ADD COLUMN label BIGINT;

CREATE TABLE galaxy_cluster_blocklist (
    id @id@,
    cluster_uuid @uuid@ NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    cluster_info TEXT NOT NULL,
    comment TEXT,
    cluster_orgc TEXT NOT NULL
);
