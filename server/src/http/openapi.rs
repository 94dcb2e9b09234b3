//! `GET /api/openapi.json`: the API described, route by route of [`crate::auth::TABLE`].
//!
//! It must never describe a shape by hand: schemas come from the contract's types.

use super::contract;
use crate::app::App;
use crate::auth::{Access, TABLE};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{ComponentsBuilder, RefOr, Schema};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/openapi.json", get(serve))
}

async fn serve() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document())
}

/// What a route takes and gives.
struct Told {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    takes: Option<&'static str>,
    gives: Gives,
}

/// What a route answers with.
enum Gives {
    /// One value of a schema.
    One(&'static str),
    /// A list of them.
    Many(&'static str),
    /// Bytes of a media type.
    Media(&'static str),
    /// Nothing.
    Nothing,
}

const fn told(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    takes: Option<&'static str>,
    gives: Gives,
) -> Told {
    Told {
        method,
        path,
        summary,
        takes,
        gives,
    }
}

use Gives::{Many, Media, Nothing, One};

const GEOJSON: &str = "application/geo+json";

/// In the order of [`TABLE`].
const ROUTES: &[Told] = &[
    told(
        "GET",
        "/health",
        "Whether the writer and the gate work",
        None,
        Media("text/plain"),
    ),
    told(
        "GET",
        "/api/hello",
        "What any client may know",
        None,
        One("Hello"),
    ),
    told(
        "GET",
        "/api/openapi.json",
        "This document",
        None,
        Media("application/json"),
    ),
    told(
        "POST",
        "/api/login",
        "Opens a session (cookie)",
        Some("Login"),
        One("Me"),
    ),
    told("POST", "/api/logout", "Closes it", None, Nothing),
    told("GET", "/api/me", "Who is logged in", None, One("Me")),
    told(
        "POST",
        "/api/enrol",
        "A tablet redeems its code",
        Some("EnrolRequest"),
        One("EnrolAnswer"),
    ),
    told(
        "POST",
        "/api/device/challenge",
        "Something for a tablet to sign",
        Some("ChallengeRequest"),
        One("Challenge"),
    ),
    told(
        "POST",
        "/api/device/session",
        "A tablet's token to read its documents",
        Some("DeviceSessionRequest"),
        One("DeviceSession"),
    ),
    told(
        "POST",
        "/api/sync",
        "One exchange with a tablet (docs/SYNC_PROTOCOL.md)",
        Some("application/cbor"),
        Media("application/cbor"),
    ),
    told(
        "GET",
        "/api/map",
        "The ground of the field map",
        None,
        Media("application/json"),
    ),
    told(
        "GET",
        "/api/gazetteer/{cell}",
        "Streets, numbers and landmarks of a square of 0.05 degrees (`east_north`), for tablets",
        None,
        Media("application/json"),
    ),
    told(
        "GET",
        "/api/documents",
        "What a tablet's token names, for clients of automerge-repo",
        None,
        One("NamedDocuments"),
    ),
    told(
        "GET",
        "/sync",
        "automerge-repo's protocol over WebSocket; asks for a tablet's session itself \
         (docs/SYNC_PROTOCOL.md)",
        None,
        Media("application/cbor"),
    ),
    told(
        "GET",
        "/api/campaigns",
        "Campaigns",
        None,
        Many("CampaignSummary"),
    ),
    told(
        "POST",
        "/api/campaigns",
        "A new campaign",
        Some("NewCampaign"),
        One("CampaignSummary"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}",
        "One campaign",
        None,
        One("CampaignDetail"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/commands",
        "A coordinator's order: one change, once",
        Some("CommandRequest"),
        One("CommandAnswer"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/devices",
        "Tablets",
        None,
        Many("DeviceEntry"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/enrolments",
        "A one-time code for a tablet",
        Some("NewEnrolment"),
        One("EnrolmentCode"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/devices/{device}/revoke",
        "Revokes a tablet",
        None,
        Nothing,
    ),
    told(
        "GET",
        "/api/layers",
        "Imported layers",
        None,
        Many("LayerEntry"),
    ),
    told(
        "GET",
        "/api/layers/{kind}",
        "One layer",
        None,
        Media(GEOJSON),
    ),
    told(
        "POST",
        "/api/layers/convert",
        "A GeoPackage or zipped shapefile as GeoJSON, before it is imported",
        Some("LayerToConvert"),
        Media(GEOJSON),
    ),
    told(
        "POST",
        "/api/layers/{kind}",
        "Imports a layer from GeoJSON",
        Some("NewLayer"),
        One("LayerEntry"),
    ),
    told(
        "GET",
        "/api/live",
        "Positions of a campaign's log as they come",
        None,
        Media("text/event-stream"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/tonight",
        "The night, live",
        None,
        One("Tonight"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/observations",
        "Observations that pass the filters",
        None,
        One("ObservationPage"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/observations/{observation}",
        "One observation with its history",
        None,
        One("ObservationDetail"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/gazetteer",
        "Where a typed place may be",
        Some("PlaceSearch"),
        One("PlaceCandidates"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/doubles",
        "Pairs to review",
        None,
        One("Doubles"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/doubles/looking",
        "Holds pairs while a window shows them",
        Some("LookingAt"),
        One("LookedAt"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/groups",
        "Groups of linked observations",
        None,
        One("GroupList"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/groups/{observation}/{slot}",
        "One group with its links, and who its people may also be",
        None,
        One("GroupDetail"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/groups/effect",
        "What decisions would change in the figure; nothing is decided",
        Some("GroupChange"),
        One("GroupEffect"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/doubtful",
        "Observations that wait for a ruling, and rulings",
        None,
        One("DoubtfulList"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/review-log",
        "Each decision with what it changed, for the committee",
        None,
        One("ReviewLog"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/quality",
        "How linkage did: what was compared, learnt and held",
        None,
        One("Quality"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/quarantine",
        "What was refused and nobody has dealt with",
        None,
        One("QuarantineList"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/quarantine/retry",
        "Tries again what was refused: one, or all",
        Some("QuarantineRetry"),
        One("QuarantineRetried"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/quarantine/{number}",
        "The bytes of one entry as they came",
        None,
        Media("application/octet-stream"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/quarantine/{number}/settle",
        "Marks one entry as dealt with",
        None,
        Nothing,
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/releases",
        "Releases",
        None,
        One("Releases"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/releases",
        "Builds a release",
        Some("NewRelease"),
        One("ReleaseEntry"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/releases/{number}",
        "A release as it is published",
        None,
        One("ReleasePreview"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/releases/{number}/export",
        "A release's file",
        None,
        Media("application/octet-stream"),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/clusters",
        "Distinct persons with their places, for coordinators alone",
        None,
        Media(GEOJSON),
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/internal/{table}",
        "Clusters, observations or sites with exact places (format: geojson, csv, gpkg, fgb, \
         parquet, xlsx), for coordinators who say why",
        None,
        Media("application/octet-stream"),
    ),
    told(
        "GET",
        "/api/sessions",
        "One's own open sessions",
        None,
        Many("SessionLine"),
    ),
    told(
        "POST",
        "/api/sessions/{session}/close",
        "Ends one of them",
        None,
        Nothing,
    ),
    told(
        "POST",
        "/api/second-factor/draw",
        "A seed for a telephone, shown once",
        None,
        One("SecondFactorDrawn"),
    ),
    told(
        "POST",
        "/api/second-factor",
        "Keeps it once a code proves it",
        Some("SecondFactorProof"),
        One("RecoveryCodes"),
    ),
    told(
        "GET",
        "/api/retention",
        "When campaigns end",
        None,
        Many("RetentionLine"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/purge",
        "Gives notice of a purge, or purges",
        Some("PurgeRequest"),
        One("PurgeAnswered"),
    ),
    told(
        "POST",
        "/api/campaigns/{campaign}/hold",
        "Sets a legal hold, or ends it",
        Some("HoldRequest"),
        Nothing,
    ),
    told(
        "GET",
        "/api/campaigns/{campaign}/certificate",
        "The signed certificate of a purge",
        None,
        Media("application/json"),
    ),
    told(
        "GET",
        "/api/audit",
        "What was done, newest first",
        None,
        Many("AuditLine"),
    ),
];

macro_rules! with_schemas {
    ($($shape:ident),+ $(,)?) => {{
        let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
        $(
            found.push((
                contract::$shape::name().into_owned(),
                <contract::$shape as utoipa::PartialSchema>::schema(),
            ));
            <contract::$shape as ToSchema>::schemas(&mut found);
        )+
        found
    }};
}

/// The description as JSON text, keys sorted.
pub fn document() -> String {
    let schemas = with_schemas![
        AuditLine,
        HoldRequest,
        PurgeAnswered,
        PurgeRequest,
        RecoveryCodes,
        RetentionLine,
        SecondFactorDrawn,
        SecondFactorProof,
        SessionLine,
        CampaignDetail,
        CampaignSummary,
        Challenge,
        ChallengeRequest,
        CommandAnswer,
        CommandRequest,
        DeviceEntry,
        DeviceSession,
        DeviceSessionRequest,
        Doubles,
        DoubtfulList,
        EnrolAnswer,
        EnrolRequest,
        EnrolmentCode,
        GroupChange,
        GroupDetail,
        GroupEffect,
        GroupList,
        LookedAt,
        LookingAt,
        Hello,
        LayerEntry,
        LogWentBack,
        Login,
        Me,
        NamedDocument,
        NamedDocuments,
        NewCampaign,
        NewEnrolment,
        LayerNoteLine,
        LayerToConvert,
        NewLayer,
        NewRelease,
        ObservationDetail,
        PlaceCandidate,
        PlaceCandidates,
        PlaceSearch,
        ObservationPage,
        Problem,
        Quality,
        QuarantineEntry,
        QuarantineList,
        QuarantineRetried,
        QuarantineRetry,
        ReleaseEntry,
        ReleasePreview,
        Releases,
        ReviewLog,
        Tonight,
    ];
    described(schemas)
}

fn described(schemas: Vec<(String, RefOr<Schema>)>) -> String {
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths
            .entry(route.path)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(item) = item {
            item.insert(route.method.to_lowercase(), operation(route));
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Maraude",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The API of a Maraude server. Errors are problem documents (RFC 9457).",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": components,
    });
    format!("{document:#}\n")
}

fn operation(route: &Told) -> Value {
    let access = TABLE
        .iter()
        .find(|known| known.method == route.method && known.path == route.path)
        .map(|known| known.access);
    let who = match access {
        Some(Access::Public) => "Anybody.".to_owned(),
        Some(Access::Upload) => "A tablet, with its upload token or a session.".to_owned(),
        Some(Access::Tablet) => "A tablet with a session.".to_owned(),
        Some(Access::Accounts(roles)) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("An account: {}.", names.join(", "))
        }
        None => "Nobody.".to_owned(),
    };
    let mut operation = json!({
        "summary": route.summary,
        "description": who,
        "responses": {
            "200": answer(&route.gives),
            "default": {
                "description": "A problem",
                "content": { "application/problem+json": { "schema": reference("Problem") } },
            },
        },
    });
    let parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(takes) = route.takes {
        let content = if takes.contains('/') {
            json!({ takes: { "schema": { "type": "string", "format": "binary" } } })
        } else {
            json!({ "application/json": { "schema": reference(takes) } })
        };
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn answer(gives: &Gives) -> Value {
    let schema = match gives {
        Nothing => return json!({ "description": "Done" }),
        Media(media) => {
            return json!({
                "description": "Done",
                "content": { *media: { "schema": { "type": "string" } } },
            });
        }
        One(name) => reference(name),
        Many(name) => json!({ "type": "array", "items": reference(name) }),
    };
    json!({
        "description": "Done",
        "content": { "application/json": { "schema": schema } },
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: BTreeSet<_> = ROUTES.iter().map(|r| (r.path, r.method)).collect();
        // OGC API - Features describes itself, at `/ogc/api` and `/open/ogc/api`.
        let own = |path: &str| path.starts_with("/ogc") || path.starts_with("/open/ogc");
        let others = TABLE.iter().filter(|route| !own(route.path));
        let served: BTreeSet<_> = others.map(|r| (r.path, r.method)).collect();
        assert_eq!(described, served);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = document();
        let document: Value = serde_json::from_str(&text).unwrap();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(
                document["components"]["schemas"].get(name).is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn the_description_is_the_approved_one() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/approved/openapi.json"
        );
        if std::env::var_os("MARAUDE_APPROVE").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, document()).unwrap();
        }
        let approved = std::fs::read_to_string(path).unwrap();
        assert!(
            approved == document(),
            "run `cargo xtask approve` and review the difference"
        );
    }
}
