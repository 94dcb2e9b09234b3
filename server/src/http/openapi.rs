//! `GET /api/openapi.json`: the API described, route by route of [`crate::auth::TABLE`].
//!
//! It must never describe a shape by hand: schemas come from the contract's types.

mod asked;
mod told;

use super::contract;
use crate::app::App;
use crate::auth::{Access, TABLE};
use asked::QUERIES;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use told::Gives::{self, File, Made, MadeMany, Many, Media, Nothing, One, OneOrNothing};
use told::{Told, all};
use utoipa::ToSchema;
use utoipa::openapi::{ComponentsBuilder, RefOr, Schema};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/openapi.json", get(serve))
}

async fn serve() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document())
}

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
#[expect(clippy::too_many_lines, reason = "a list of names")]
pub fn document() -> String {
    let schemas = with_schemas![
        AcceptDevice,
        ApiTokenDrawn,
        ApiTokenLine,
        NewApiToken,
        OpenCodeLine,
        PasswordChange,
        NewPasskey,
        OwnPasskeys,
        PasskeyAnswer,
        PasskeyCeremony,
        PasskeyLine,
        AuditLine,
        ErasePerson,
        FindPerson,
        ForgetPseudonyms,
        PersonHeld,
        Oppose,
        OppositionLine,
        Oppositions,
        HoldRequest,
        PurgeAnswered,
        PurgeRequest,
        RecoveryCodes,
        RetentionLine,
        SecondFactorDrawn,
        SecondFactorProof,
        NewSeries,
        NewSheet,
        SeriesLine,
        SheetCode,
        SheetTeam,
        SessionLine,
        CampaignDetail,
        CampaignExported,
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
        ExportReason,
        NewExport,
        NewRelease,
        ObservationDetail,
        PlaceCandidate,
        PlaceCandidates,
        PlaceSearch,
        ObservationPage,
        Overlaps,
        NewPaperSheets,
        PaperSheetLine,
        SheetFileRead,
        SheetFileUpload,
        AllowPinReset,
        PinResetLine,
        Problem,
        Estimation,
        ComparisonBoard,
        EndedCampaign,
        IndicatorBoard,
        Quality,
        QuarantineEntry,
        QuarantineList,
        QuarantineRetried,
        QuarantineRetry,
        TilesEntry,
        ReleaseEntry,
        ReleasePreview,
        Releases,
        RescueRefused,
        RescueTaken,
        RescueUpload,
        ReviewLog,
        Tonight,
    ];
    described(schemas)
}

fn described(schemas: Vec<(String, RefOr<Schema>)>) -> String {
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
    let mut paths = Map::new();
    for route in all() {
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
    let mut responses = answers(&route.gives);
    responses["default"] = json!({
        "description": "A problem",
        "content": { "application/problem+json": { "schema": reference("Problem") } },
    });
    let mut operation = json!({
        "summary": route.summary,
        "description": who,
        "responses": responses,
    });
    let parameters = parameters(route);
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

/// Names in the path, then what may be asked behind it.
fn parameters(route: &Told) -> Vec<Value> {
    let names = route.path.split('/');
    let names = names.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| {
        let schema = match name {
            "campaign" | "device" | "observation" => json!({ "type": "string", "format": "uuid" }),
            "number" | "slot" => json!({ "type": "integer", "minimum": 0 }),
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let asked = QUERIES.iter();
    let asked = asked.filter(|asked| (asked.method, asked.path) == (route.method, route.path));
    let in_query = asked.map(|asked| {
        json!({
            "name": asked.name,
            "in": "query",
            "required": asked.required,
            "description": asked.summary,
            "schema": asked.schema(),
        })
    });
    in_path.chain(in_query).collect()
}

/// What a route answers when all is well, by status.
fn answers(gives: &Gives) -> Value {
    let list = |name: &str| json!({ "type": "array", "items": reference(name) });
    match gives {
        One(name) => json!({ "200": as_json(&reference(name)) }),
        Many(name) => json!({ "200": as_json(&list(name)) }),
        Made(name) => json!({ "201": as_json(&reference(name)) }),
        MadeMany(name) => json!({ "201": as_json(&list(name)) }),
        OneOrNothing(name) => json!({
            "200": as_json(&reference(name)),
            "204": { "description": "There is none" },
        }),
        // Any JSON: GeoJSON and this document have descriptions of their own.
        Media(media) if media.ends_with("json") => {
            json!({ "200": { "description": "Done", "content": { *media: { "schema": {} } } } })
        }
        Media(media) => json!({ "200": { "description": "Done", "content": bytes(&[media]) } }),
        File(formats) => {
            let media: Vec<&str> = formats.iter().map(|format| format.media_type()).collect();
            json!({ "200": { "description": "The file", "content": bytes(&media) } })
        }
        Nothing => json!({ "204": { "description": "Done" } }),
    }
}

fn as_json(schema: &Value) -> Value {
    json!({ "description": "Done", "content": { "application/json": { "schema": schema } } })
}

/// Content without a schema, for each media type: JSON of another standard, or no JSON.
fn bytes(media: &[&str]) -> Value {
    let content = media.iter().map(|media| ((*media).to_owned(), json!({})));
    Value::Object(content.collect())
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
        let described: BTreeSet<_> = all().map(|r| (r.path, r.method)).collect();
        // OGC API - Features describes itself, at `/ogc/api` and `/open/ogc/api`.
        let own = |path: &str| path.starts_with("/ogc") || path.starts_with("/open/ogc");
        let others = TABLE.iter().filter(|route| !own(route.path));
        let served: BTreeSet<_> = others.map(|r| (r.path, r.method)).collect();
        assert_eq!(described, served);
    }

    #[test]
    fn whatever_may_be_asked_belongs_to_a_route() {
        for asked in QUERIES {
            let mut described = all().map(|route| (route.method, route.path));
            assert!(
                described.any(|route| route == (asked.method, asked.path)),
                "{}",
                asked.path
            );
            // Addresses stay in histories and in the logs of proxies.
            assert_ne!(asked.name, "reason", "{}", asked.path);
        }
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
