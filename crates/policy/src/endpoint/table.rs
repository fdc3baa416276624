//! The access table. spec: 02#6, with the actions of 03 to 08b that it covers by pattern.

use super::Condition::{
    AddingUsers, Delegation, Discussion, HostOrg, OrganisationIndex, PasswordChange, ReadWriteKey,
    SelfManagement,
};
use super::{Condition, Controller, Needs, Row, Rule};
use crate::permission::Permission::{
    self, Add, Admin, AnalystData, Audit, Auth, Decaying, Delegate, GalaxyEditor, Modify, ModifyOrg,
    ObjectTemplate, Publish, PublishKafka, PublishZmq, RegexpAccess, ServerSign, SharingGroup, Sighting,
    Sync, TagEditor, Tagger, Template, Warninglist,
};
use crate::permission::Permissions;

const ANY: Rule = given(Needs::Any, &[]);
pub(super) const SITE_ADMIN: Rule = given(Needs::SiteAdmin, &[]);

const fn given(needs: Needs, conditions: &'static [Condition]) -> Rule {
    Rule { needs, conditions }
}

const fn all(flags: &[Permission]) -> Rule {
    given(Needs::All(Permissions::of(flags)), &[])
}

const fn any_of(flags: &[Permission]) -> Rule {
    given(Needs::AnyOf(Permissions::of(flags)), &[])
}

const fn all_if(flags: &[Permission], conditions: &'static [Condition]) -> Rule {
    given(Needs::All(Permissions::of(flags)), conditions)
}

const fn row(rule: Rule, actions: &'static [&'static str]) -> Row {
    Row { rule, actions }
}

const fn controller(name: &'static str, rows: &'static [Row]) -> Controller {
    Controller { name, rows }
}

/// Actions that every controller has, for site admins.
pub(super) const EVERYWHERE: &[&str] = &["queryACL", "debugACL"];

pub(super) const TABLE: &[Controller] = &[
    controller(
        "events",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "restSearch",
                    "contact",
                    "export",
                    "getEventInfoById",
                    "viewEventAttributes",
                    "viewGraph",
                    "updateGraph",
                    "proposalEventIndex",
                    "filterEventIndex",
                    "csv",
                    "xml",
                    "nids",
                    "hids",
                    "stix",
                    "stix2",
                    "downloadOpenIOCEvent",
                    "restSearchExport",
                    "exportModule",
                    "getEventTimeline",
                    "getEventGraphReferences",
                    "getEventGraphTags",
                    "getEventGraphGeneric",
                    "getReferenceData",
                    "getObjectTemplate",
                    "getDistributionGraph",
                    "viewGalaxyMatrix",
                    "getEventSearch",
                    "viewClusterRelations",
                    "highlightedTags",
                    "runTaxonomyExclusivityCheck",
                ],
            ),
            row(
                all(&[Add]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "enrichEvent",
                    "queryEnrichment",
                    "freeTextImport",
                    "saveFreeText",
                    "addIOC",
                    "populate",
                    "protect",
                    "unprotect",
                    "toggleCorrelation",
                    "checkLocks",
                    "getEditStrategy",
                    "importModule",
                    "handleModuleResults",
                    "importChoice",
                ],
            ),
            row(
                all(&[Modify]),
                &["unpublish", "merge", "upload_stix", "add_misp_export"],
            ),
            row(all(&[Publish]), &["publish", "alert"]),
            row(all(&[PublishZmq]), &["pushEventToZMQ"]),
            row(all(&[PublishKafka]), &["pushEventToKafka"]),
            row(all(&[Sighting]), &["publishSightings"]),
            row(all(&[Tagger]), &["addTag", "removeTag"]),
            row(all(&[Auth]), &["automation", "addEventLock", "removeEventLock"]),
            row(all(&[Auth, Add]), &["upload_sample"]),
            row(
                all(&[Sync]),
                &["checkuuid", "filterEventIdsForPush", "pushProposals"],
            ),
            row(
                SITE_ADMIN,
                &[
                    "massDelete",
                    "cullEmptyEvents",
                    "reportValidationIssuesEvents",
                    "restoreDeletedEvents",
                    "recoverEvent",
                    "generateCount",
                ],
            ),
        ],
    ),
    controller(
        "attributes",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "restSearch",
                    "describeTypes",
                    "attributeStatistics",
                    "download",
                    "downloadAttachment",
                    "downloadSample",
                    "viewPicture",
                    "search",
                    "exportSearch",
                    "returnAttributes",
                    "text",
                    "rpz",
                    "bro",
                ],
            ),
            row(
                all(&[Add]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "deleteSelected",
                    "editSelected",
                    "editField",
                    "restore",
                    "add_attachment",
                    "add_threatconnect",
                    "attributeReplace",
                    "enrich",
                    "hoverEnrichment",
                    "toggleCorrelation",
                    "toggleToIDS",
                    "updateAttributeValues",
                ],
            ),
            row(all(&[Tagger]), &["addTag", "removeTag"]),
            row(all(&[Admin]), &["checkComposites"]),
            row(
                SITE_ADMIN,
                &[
                    "generateCorrelation",
                    "pruneOrphanedAttributes",
                    "checkOrphanedAttributes",
                    "checkAttachments",
                    "reportValidationIssuesAttributes",
                ],
            ),
        ],
    ),
    controller(
        "objects",
        &[
            row(ANY, &["view", "restSearch", "proposeObjectsFromAttributes"]),
            row(
                all(&[Add]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "editField",
                    "revise_object",
                    "groupAttributesIntoObject",
                    "createFromFreetext",
                    "restore",
                    "quickAddAttributeForm",
                ],
            ),
            row(SITE_ADMIN, &["orphanedObjectDiagnostics"]),
        ],
    ),
    controller(
        "objectReferences",
        &[
            row(ANY, &["view"]),
            row(all(&[Add]), &["add", "bulkAdd", "delete"]),
        ],
    ),
    controller(
        "objectTemplates",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "objectChoice",
                    "objectMetaChoice",
                    "possibleObjectTemplates",
                ],
            ),
            row(all(&[ObjectTemplate]), &["add", "edit", "delete", "getRaw"]),
            row(SITE_ADMIN, &["update", "activate"]),
        ],
    ),
    controller("objectTemplateElements", &[row(ANY, &["viewElements"])]),
    controller(
        "eventGraph",
        &[
            row(ANY, &["view", "viewPicture"]),
            row(all(&[Add]), &["add", "delete"]),
        ],
    ),
    controller(
        "eventReports",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "viewSummary",
                    "restSearch",
                    "getProxyMISPElements",
                    "extractAllFromReport",
                    "extractFromReport",
                    "undoExtraction",
                    "replaceSuggestionInReport",
                    "importReportFromUrl",
                    "sendToLLM",
                ],
            ),
            row(
                all(&[Add]),
                &["add", "edit", "delete", "restore", "reportFromEvent"],
            ),
        ],
    ),
    controller(
        "analystData",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "restSearch",
                    "indexMinimal",
                    "getChildren",
                    "getRelatedElement",
                ],
            ),
            row(all(&[Add, AnalystData]), &["add", "edit", "delete"]),
            row(all(&[Sync]), &["filterAnalystDataForPush", "pushAnalystData"]),
        ],
    ),
    controller(
        "tags",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "search",
                    "tagStatistics",
                    "showEventTag",
                    "showAttributeTag",
                    "viewGraph",
                ],
            ),
            row(
                all(&[Tagger]),
                &[
                    "attachTagToObject",
                    "removeTagFromObject",
                    "modifyTagRelationship",
                    "selectTag",
                    "selectTaxonomy",
                ],
            ),
            row(all(&[TagEditor]), &["add", "quickAdd"]),
            row(SITE_ADMIN, &["edit", "delete"]),
        ],
    ),
    controller(
        "tagCollections",
        &[
            row(ANY, &["index", "view"]),
            row(
                all(&[TagEditor]),
                &["add", "edit", "delete", "addTag", "removeTag", "import", "getRow"],
            ),
        ],
    ),
    controller(
        "favouriteTags",
        &[row(ANY, &["index", "toggle", "getToggleField"])],
    ),
    controller(
        "shadowAttributes",
        &[
            row(ANY, &["index", "view", "download", "viewPicture"]),
            row(
                all(&[Add]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "accept",
                    "discard",
                    "acceptSelected",
                    "discardSelected",
                    "add_attachment",
                ],
            ),
            row(SITE_ADMIN, &["generateCorrelation"]),
        ],
    ),
    controller(
        "sightings",
        &[
            row(
                ANY,
                &["index", "view", "listSightings", "restSearch", "viewSightings"],
            ),
            row(all(&[Sighting]), &["add", "advanced", "quickAdd"]),
            row(all(&[Sighting, ModifyOrg]), &["delete", "quickDelete"]),
            row(any_of(&[Sync, Sighting]), &["bulkSaveSightings"]),
            row(all(&[Sync]), &["filterSightingUuidsForPush"]),
        ],
    ),
    controller(
        "sharingGroups",
        &[
            row(ANY, &["index", "view"]),
            row(
                all(&[SharingGroup]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "addOrg",
                    "removeOrg",
                    "addServer",
                    "removeServer",
                ],
            ),
        ],
    ),
    controller(
        "sharingGroupBlueprints",
        &[row(
            all(&[SharingGroup]),
            &[
                "index",
                "view",
                "viewOrgs",
                "add",
                "edit",
                "delete",
                "execute",
                "detach",
                "generateUuidList",
                "encodeSyncRule",
            ],
        )],
    ),
    controller(
        "organisations",
        &[
            row(ANY, &["view"]),
            row(given(Needs::Any, &[OrganisationIndex]), &["index"]),
            row(all(&[Sync]), &["getUUIDs"]),
            row(all(&[SharingGroup]), &["fetchOrgsForSG"]),
            row(
                SITE_ADMIN,
                &[
                    "admin_add",
                    "admin_edit",
                    "admin_delete",
                    "admin_merge",
                    "admin_generateuuid",
                ],
            ),
        ],
    ),
    controller(
        "users",
        &[
            row(
                ANY,
                &[
                    "view",
                    "statistics",
                    "tagStatisticsGraph",
                    "histogram",
                    "attributehistogram",
                    "terms",
                    "downloadTerms",
                    "heartbeat",
                    "login",
                    "logout",
                    "request_API",
                    "searchGpgKey",
                    "fetchGpgKey",
                    "unsubscribe",
                    "view_login_history",
                    "getGpgPublicKey",
                    "verifyGPG",
                    "notificationSettings",
                    "viewPeriodicSummary",
                    "totp_new",
                    "hotp",
                    "otp",
                    "email_otp",
                    "logout401",
                    "register",
                    "forgot",
                    "password_reset",
                ],
            ),
            row(given(Needs::Any, &[SelfManagement]), &["edit"]),
            row(
                given(Needs::Any, &[SelfManagement, PasswordChange, ReadWriteKey]),
                &["change_pw"],
            ),
            row(
                all_if(&[Auth], &[SelfManagement, ReadWriteKey]),
                &["resetauthkey"],
            ),
            row(
                all(&[Admin]),
                &[
                    "admin_index",
                    "admin_view",
                    "admin_edit",
                    "admin_delete",
                    "admin_email",
                    "admin_quickEmail",
                    "admin_massToggleField",
                    "totp_delete",
                ],
            ),
            row(all_if(&[Admin], &[AddingUsers]), &["admin_add"]),
            row(all_if(&[Admin], &[PasswordChange]), &["initiatePasswordReset"]),
            row(
                SITE_ADMIN,
                &[
                    "registrations",
                    "acceptRegistrations",
                    "discardRegistrations",
                    "admin_monitor",
                    "admin_destroy",
                    "resetAllSyncAuthKeys",
                ],
            ),
        ],
    ),
    controller(
        "roles",
        &[
            row(ANY, &["index", "view"]),
            row(
                SITE_ADMIN,
                &[
                    "admin_index",
                    "admin_add",
                    "admin_edit",
                    "admin_delete",
                    "admin_set_default",
                ],
            ),
        ],
    ),
    controller(
        "authKeys",
        &[
            row(all(&[Auth]), &["index", "view"]),
            row(
                all_if(&[Auth], &[ReadWriteKey]),
                &["add", "edit", "delete", "pin"],
            ),
        ],
    ),
    controller(
        "userSettings",
        &[
            row(ANY, &["index", "view", "getSetting", "eventIndexColumnToggle"]),
            row(
                given(Needs::Any, &[ReadWriteKey]),
                &["setSetting", "delete", "setHomePage"],
            ),
        ],
    ),
    controller(
        "logs",
        &[
            row(all(&[Audit]), &["index", "admin_index", "admin_search"]),
            row(ANY, &["event_index", "returnDates"]),
            row(
                SITE_ADMIN,
                &["maxDateActivity", "pruneUpdateLogs", "testForStolenAttributes"],
            ),
        ],
    ),
    controller(
        "auditLogs",
        &[
            row(all(&[Audit]), &["admin_index", "fullChange"]),
            row(ANY, &["eventIndex", "returnDates"]),
        ],
    ),
    controller(
        "accessLogs",
        &[row(
            SITE_ADMIN,
            &["admin_index", "admin_request", "admin_queryLog"],
        )],
    ),
    controller(
        "eventBlocklists",
        &[row(
            all_if(&[Add], &[HostOrg]),
            &["index", "view", "add", "edit", "delete", "massDelete"],
        )],
    ),
    controller(
        "orgBlocklists",
        &[row(
            SITE_ADMIN,
            &["index", "view", "add", "edit", "delete", "massDelete"],
        )],
    ),
    controller(
        "galaxyClusterBlocklists",
        &[row(
            SITE_ADMIN,
            &["index", "view", "add", "edit", "delete", "massDelete"],
        )],
    ),
    controller(
        "sightingBlocklists",
        &[row(
            SITE_ADMIN,
            &["index", "view", "add", "edit", "delete", "massDelete"],
        )],
    ),
    controller(
        "analystDataBlocklists",
        &[row(
            SITE_ADMIN,
            &["index", "view", "add", "edit", "delete", "massDelete"],
        )],
    ),
    controller(
        "correlationExclusions",
        &[row(
            SITE_ADMIN,
            &["index", "view", "add", "edit", "delete", "clean"],
        )],
    ),
    controller(
        "correlationRules",
        &[row(SITE_ADMIN, &["index", "view", "add", "edit", "delete"])],
    ),
    controller(
        "correlations",
        &[row(
            SITE_ADMIN,
            &[
                "top",
                "overCorrelations",
                "generateTopCorrelations",
                "generateOccurrences",
                "switchEngine",
                "truncate",
            ],
        )],
    ),
    controller(
        "eventDelegations",
        &[
            row(given(Needs::Any, &[Delegation]), &["index", "view"]),
            row(all_if(&[Delegate], &[Delegation]), &["delegateEvent"]),
            row(
                all_if(&[Add], &[Delegation]),
                &["acceptDelegation", "deleteDelegation"],
            ),
        ],
    ),
    controller(
        "threads",
        &[row(
            given(Needs::Any, &[Discussion]),
            &["index", "view", "viewEvent"],
        )],
    ),
    controller(
        "posts",
        &[row(
            all_if(&[Add], &[Discussion, ReadWriteKey]),
            &["add", "edit", "delete"],
        )],
    ),
    controller(
        "servers",
        &[
            row(all(&[Auth]), &["getVersion", "rest"]),
            row(all(&[Sync]), &["getInstanceUUID", "createSync"]),
            row(
                ANY,
                &[
                    "getPyMISPVersion",
                    "postTest",
                    "getAvailableSyncFilteringRules",
                    "cspReport",
                ],
            ),
            row(all(&[SharingGroup]), &["fetchServersForSG"]),
            row(given(Needs::Any, &[HostOrg]), &["idTranslator"]),
            row(
                SITE_ADMIN,
                &[
                    "index",
                    "add",
                    "edit",
                    "delete",
                    "push",
                    "pull",
                    "update",
                    "updateJSON",
                    "updateProgress",
                    "updateSubmodule",
                    "dbSchemaDiagnostic",
                    "dbConfiguration",
                    "serverSettings",
                    "serverSettingsEdit",
                    "serverSettingsReloadSetting",
                    "getSetting",
                    "getWorkers",
                    "startWorker",
                    "stopWorker",
                    "restartWorkers",
                    "restartDeadWorkers",
                    "killAllWorkers",
                    "startZeroMQServer",
                    "stopZeroMQServer",
                    "statusZeroMQServer",
                    "testConnection",
                    "compareServers",
                    "previewIndex",
                    "previewEvent",
                    "cache",
                    "changePriority",
                    "import",
                    "eventBlockRule",
                    "getRemoteUser",
                    "ipUser",
                    "queryAvailableSyncFilteringRules",
                    "resetRemoteAuthKey",
                    "getSubmoduleQuickUpdateForm",
                    "purgeSessions",
                    "removeOrphanedCorrelations",
                    "releaseUpdateLock",
                    "uploadFile",
                    "deleteFile",
                    "ondemandAction",
                    "viewDeprecatedFunctionUse",
                    "pruneDuplicateUUIDs",
                    "upgrade2324",
                    "cleanModelCaches",
                    "checkout",
                    "clearWorkerQueue",
                    "filterEventIndex",
                ],
            ),
        ],
    ),
    controller(
        "jobs",
        &[
            row(ANY, &["getProgress", "cache", "getGenerateCorrelationProgress"]),
            row(SITE_ADMIN, &["index", "getError", "clearJobs"]),
        ],
    ),
    controller(
        "bookmarks",
        &[row(ANY, &["index", "view", "add", "edit", "delete"])],
    ),
    controller(
        "cryptographicKeys",
        &[
            row(ANY, &["index", "view"]),
            row(all(&[Add]), &["add", "delete"]),
            row(all(&[ServerSign]), &["serverSign"]),
        ],
    ),
    controller(
        "news",
        &[row(ANY, &["index"]), row(SITE_ADMIN, &["add", "edit", "delete"])],
    ),
    controller(
        "noticelists",
        &[
            row(ANY, &["index", "view", "preview_entries"]),
            row(
                SITE_ADMIN,
                &[
                    "enableNoticelist",
                    "toggleEnable",
                    "getToggleField",
                    "update",
                    "delete",
                ],
            ),
        ],
    ),
    controller(
        "warninglists",
        &[
            row(ANY, &["index", "view", "checkValue", "export"]),
            row(
                all(&[Warninglist]),
                &[
                    "add",
                    "edit",
                    "delete",
                    "import",
                    "enableWarninglist",
                    "toggleEnable",
                    "getToggleField",
                ],
            ),
            row(SITE_ADMIN, &["update"]),
        ],
    ),
    controller(
        "taxonomies",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "taxonomy_tags",
                    "taxonomyMassConfirmation",
                    "export",
                ],
            ),
            row(all(&[Tagger]), &["hideTag", "unhideTag"]),
            row(
                SITE_ADMIN,
                &[
                    "enable",
                    "disable",
                    "update",
                    "import",
                    "delete",
                    "addTag",
                    "disableTag",
                    "toggleRequired",
                    "toggleHighlighted",
                    "taxonomyMassHide",
                    "taxonomyMassUnhide",
                ],
            ),
        ],
    ),
    controller(
        "galaxies",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "viewGraph",
                    "relationsGraph",
                    "forkTree",
                    "export",
                    "selectGalaxy",
                    "selectGalaxyNamespace",
                    "selectCluster",
                    "showGalaxies",
                ],
            ),
            row(all(&[Tagger]), &["attachCluster", "attachMultipleClusters"]),
            row(all(&[GalaxyEditor]), &["add", "edit", "import"]),
            row(all(&[Sync, GalaxyEditor]), &["pushCluster"]),
            row(
                SITE_ADMIN,
                &["delete", "enable", "disable", "toggle", "update", "wipe_default"],
            ),
        ],
    ),
    controller(
        "galaxyClusters",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "restSearch",
                    "export_for_misp_galaxy",
                    "viewGalaxyMatrix",
                    "viewRelations",
                    "viewRelationTree",
                    "viewCyCatRelations",
                ],
            ),
            row(all(&[Tagger]), &["detach"]),
            row(
                all(&[GalaxyEditor]),
                &["add", "edit", "delete", "restore", "unpublish", "updateCluster"],
            ),
            row(all(&[GalaxyEditor, Publish]), &["publish"]),
        ],
    ),
    controller(
        "galaxyClusterRelations",
        &[
            row(ANY, &["index", "view"]),
            row(all(&[GalaxyEditor]), &["add", "edit", "delete"]),
        ],
    ),
    controller(
        "galaxyElements",
        &[
            row(ANY, &["index"]),
            row(all(&[GalaxyEditor]), &["delete", "flattenJson"]),
        ],
    ),
    controller(
        "feeds",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "compareFeeds",
                    "searchCaches",
                    "previewIndex",
                    "previewEvent",
                ],
            ),
            row(
                SITE_ADMIN,
                &[
                    "add",
                    "edit",
                    "delete",
                    "enable",
                    "disable",
                    "toggleSelected",
                    "cacheFeeds",
                    "fetchFromFeed",
                    "fetchFromAllFeeds",
                    "fetchSelectedFromFreetextIndex",
                    "getEvent",
                    "feedCoverage",
                    "importFeeds",
                    "loadDefaultFeeds",
                ],
            ),
        ],
    ),
    controller(
        "decayingModel",
        &[
            row(
                ANY,
                &[
                    "index",
                    "view",
                    "export",
                    "getAllDecayingModels",
                    "decayingTool",
                    "decayingToolBasescore",
                    "decayingToolComputeBasescore",
                    "decayingToolComputeSimulation",
                    "decayingToolRestSearch",
                    "decayingToolSimulation",
                ],
            ),
            row(
                all(&[Decaying]),
                &["add", "edit", "delete", "enable", "disable", "import"],
            ),
            row(SITE_ADMIN, &["update"]),
        ],
    ),
    controller(
        "decayingModelMapping",
        &[
            row(ANY, &["viewAssociatedTypes"]),
            row(all(&[Decaying]), &["linkAttributeTypeToModel"]),
        ],
    ),
    controller(
        "workflows",
        &[row(
            SITE_ADMIN,
            &[
                "index",
                "view",
                "add",
                "edit",
                "delete",
                "editor",
                "triggers",
                "moduleIndex",
                "moduleView",
                "toggleModule",
                "toggleModules",
                "massToggleField",
                "rebuildRedis",
                "executeWorkflow",
                "debugToggleField",
                "checkGraph",
                "moduleStatelessExecution",
                "import",
                "export",
            ],
        )],
    ),
    controller(
        "dashboards",
        &[row(
            ANY,
            &[
                "index",
                "getForm",
                "renderWidget",
                "getEmptyWidget",
                "updateSettings",
                "export",
                "import",
                "listTemplates",
                "saveTemplate",
                "deleteTemplate",
            ],
        )],
    ),
    controller("modules", &[row(all(&[Auth]), &["index", "queryEnrichment"])]),
    controller(
        "communities",
        &[row(SITE_ADMIN, &["index", "view", "requestAccess"])],
    ),
    controller(
        "collections",
        &[
            row(ANY, &["index", "view"]),
            row(all(&[Modify]), &["add", "edit", "delete"]),
        ],
    ),
    controller(
        "collectionElements",
        &[
            row(ANY, &["index"]),
            row(all(&[Modify]), &["add", "addElementToCollection", "delete"]),
        ],
    ),
    controller(
        "allowedlists",
        &[
            row(ANY, &["index"]),
            row(
                all(&[RegexpAccess]),
                &["admin_index", "admin_add", "admin_edit", "admin_delete"],
            ),
        ],
    ),
    controller(
        "regexp",
        &[
            row(ANY, &["index"]),
            row(
                all(&[RegexpAccess]),
                &["admin_index", "admin_add", "admin_edit", "admin_delete"],
            ),
            row(SITE_ADMIN, &["admin_clean"]),
        ],
    ),
    controller(
        "templates",
        &[
            row(ANY, &["index", "view", "templateChoices"]),
            row(all(&[Template]), &["add", "edit", "delete", "saveElementSorting"]),
            row(
                all(&[Add]),
                &[
                    "populateEventFromTemplate",
                    "submitEventPopulation",
                    "uploadFile",
                    "deleteTemporaryFile",
                ],
            ),
        ],
    ),
    controller(
        "templateElements",
        &[
            row(ANY, &["index"]),
            row(
                all(&[Template]),
                &["add", "edit", "delete", "templateElementAddChoices"],
            ),
        ],
    ),
    controller(
        "taxiiServers",
        &[row(
            SITE_ADMIN,
            &[
                "index",
                "view",
                "add",
                "edit",
                "delete",
                "push",
                "getRoot",
                "getCollections",
                "collectionsIndex",
                "objectsIndex",
                "objectView",
            ],
        )],
    ),
    controller(
        "cerebrates",
        &[row(
            SITE_ADMIN,
            &[
                "index",
                "view",
                "add",
                "edit",
                "delete",
                "pull_orgs",
                "pull_sgs",
                "preview_orgs",
                "preview_sharing_groups",
                "download_org",
                "download_sg",
            ],
        )],
    ),
    controller(
        "sightingdb",
        &[row(
            SITE_ADMIN,
            &["index", "add", "edit", "delete", "search", "requestStatus"],
        )],
    ),
    controller("tasks", &[row(SITE_ADMIN, &["index", "setTask"])]),
    controller("benchmarks", &[row(SITE_ADMIN, &["index"])]),
    controller(
        "api",
        &[
            row(all(&[Auth]), &["rest"]),
            row(ANY, &["openapi", "getApiInfo", "getAllApis"]),
            row(SITE_ADMIN, &["viewDeprecatedFunctionUse"]),
        ],
    ),
];
