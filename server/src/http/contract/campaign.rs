//! Campaigns as *Préparer* shows and edits them.

use maraude_core::model::{
    Audience, CampaignId, CampaignKind, CampaignMode, CampaignState, HeadCount, LegalFrame, Night,
    OpeningObstacle, RetentionFrame, RiskClass, SectorId, SiteFacts, SiteId, SiteKind, TeamId,
    TimestampMs, ZoneId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of `GET /api/campaigns`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CampaignSummary {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: CampaignId,
    /// Name.
    pub name: String,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: CampaignKind,
    /// Real or exercise.
    #[schema(value_type = String)]
    pub mode: CampaignMode,
    /// State.
    #[schema(value_type = String)]
    pub state: CampaignState,
    /// Its nights.
    #[schema(value_type = Vec<String>)]
    pub nights: Vec<Night>,
    /// It was exported to another server and is still here: nothing more is released of it here.
    pub exported: Option<CampaignExported>,
}

/// A campaign was exported from this server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CampaignExported {
    /// When (server clock, ms).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: TimestampMs,
    /// Changes that came since: the other server has none of them.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub later: u64,
}

/// `POST /api/campaigns`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewCampaign {
    /// Name.
    pub name: String,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: CampaignKind,
    /// Real or exercise.
    #[schema(value_type = String)]
    pub mode: CampaignMode,
    /// When raw data go: both dates for a real campaign; an exercise has its own where none is said.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub retention: RetentionFrame,
}

/// `GET /api/campaigns/{id}`: everything *Préparer* shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CampaignDetail {
    /// Name, kind, mode, state, nights.
    pub summary: CampaignSummary,
    /// Position of the log this was read at; a command quotes it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// The coordination's number.
    pub coordination_number: Option<String>,
    /// Untouched for so many minutes, a tablet locks.
    pub lock_minutes: u8,
    /// IANA time zone.
    pub time_zone: String,
    /// What the law asks.
    #[schema(value_type = Object)]
    pub legal: LegalFrame,
    /// When raw data go.
    #[schema(value_type = Object)]
    pub retention: RetentionFrame,
    /// Where it stands with pseudonyms.
    pub pseudonyms: PseudonymState,
    /// What keeps it from opening.
    #[schema(value_type = Vec<String>)]
    pub obstacles: Vec<OpeningObstacle>,
    /// Zones.
    pub zones: Vec<ZoneEntry>,
    /// Sectors.
    pub sectors: Vec<SectorEntry>,
    /// Teams.
    pub teams: Vec<TeamEntry>,
    /// Who is sent where.
    pub assignments: Vec<AssignmentEntry>,
    /// Known places.
    pub sites: Vec<SiteEntry>,
    /// Layers on the server, by kind, with their number of features.
    pub layers: Vec<LayerEntry>,
    /// Perimeter: codes of the communes counted; empty means all imported ones.
    pub perimeter: Vec<String>,
}

/// Where a campaign stands with pseudonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PseudonymState {
    /// It asks for none.
    Off,
    /// Tablets ask for them.
    Asked,
    /// Tablets ask no longer; those that were given are still compared.
    Kept,
    /// Their key was destroyed: none can be made or compared any more.
    Forgotten,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ZoneEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: ZoneId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where its teams gather.
    pub base: Option<String>,
}

/// A sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SectorEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: SectorId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its zone.
    #[schema(value_type = Option<String>)]
    pub zone: Option<ZoneId>,
    /// Risk class.
    #[schema(value_type = String)]
    pub risk: RiskClass,
    /// Polygons of rings of `[longitude, latitude]`, as a GeoJSON MultiPolygon's coordinates.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TeamEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: TeamId,
    /// Code.
    pub code: String,
    /// Organisation.
    pub organisation: Option<String>,
    /// May enter places kept for professionals.
    pub professional: bool,
}

/// A team sent to a sector for a night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AssignmentEntry {
    /// Who.
    #[schema(value_type = String)]
    pub team: TeamId,
    /// Where.
    #[schema(value_type = String)]
    pub sector: SectorId,
    /// When.
    #[schema(value_type = String)]
    pub night: Night,
}

/// A known place.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SiteEntry {
    /// Identifier.
    #[schema(value_type = String)]
    pub id: SiteId,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: SiteKind,
    /// Code.
    pub code: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// Who may go.
    #[schema(value_type = String)]
    pub audience: Audience,
    /// How many people are expected.
    #[schema(value_type = Option<Object>)]
    pub expected: Option<HeadCount>,
    /// Access and dangers.
    pub note: Option<String>,
    /// What the coordination knows of it beside the night, for the national platform.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub facts: Option<SiteFacts>,
}

maraude_core::redacts!(SiteEntry);

/// A layer on the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LayerEntry {
    /// `commune`, `zone`, `sector`, `quartier`, `landmark`, `street`, `water`...
    pub kind: String,
    /// Its version.
    pub version: u32,
    /// How many features.
    pub features: u32,
    /// What its owner should know: areas joined, overlaps, gaps; only just after its import.
    pub notes: Vec<LayerNoteLine>,
}

/// The background map that a city supplied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TilesEntry {
    /// Names these bytes and no others: the last part of `/api/tiles/{version}`.
    pub version: String,
    /// Length of the archive, bytes.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub size_bytes: u64,
    /// The widest zoom it has tiles for.
    pub min_zoom: u8,
    /// The closest.
    pub max_zoom: u8,
    /// West, south, east, north, degrees.
    pub bounds: [f64; 4],
    /// Whom the map is to be credited to, shown on it.
    pub credit: String,
}

/// Something about an imported layer that its owner should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LayerNoteLine {
    /// `joined`, `renumbered`, `not-simple`, `overlap`, `gaps`.
    pub code: String,
    /// Codes of the areas it is about.
    pub areas: Vec<String>,
    /// How many holes, or which feature of the file; 1-based.
    pub number: u32,
    /// Ground it is about, square metres; 0 where none is.
    pub square_metres: f64,
}

/// `POST /api/layers/convert`: a file to be looked at before it is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LayerToConvert {
    /// GeoPackage, zipped shapefile or GeoJSON, base64.
    pub file: String,
    /// Table of a GeoPackage that holds several; empty for the only one.
    #[serde(default)]
    pub table: String,
}

/// `POST /api/layers/{kind}`: a layer from a GeoJSON file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewLayer {
    /// Column of codes; empty for the usual ones.
    #[serde(default)]
    pub code: String,
    /// Column of names; empty for the usual ones.
    #[serde(default)]
    pub name: String,
    /// The file's text.
    pub geojson: String,
}

/// `GET /api/campaigns/{id}/devices`: a tablet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeviceEntry {
    /// Identifier (UUID).
    pub id: String,
    /// Label.
    pub label: String,
    /// Four words of its key, in French: the same as on its screen.
    pub words_fr: String,
    /// The same words in English.
    pub words_en: String,
    /// Team code.
    pub team: Option<String>,
    /// When it enrolled (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub enrolled_at: i64,
    /// When it was let read (server clock); none while it waits for a coordinator.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub accepted_at: Option<i64>,
    /// Last contact (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub last_contact_at: Option<i64>,
    /// The app's version.
    pub app_version: Option<String>,
    /// Battery, per cent.
    pub battery_percent: Option<u8>,
    /// Changes it says it has not sent.
    pub unsent: u32,
    /// When it wrote the oldest of them (its own clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub oldest_unsent_at: Option<i64>,
    /// Its clock minus the server's, milliseconds.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub clock_offset_ms: Option<i64>,
    /// Revoked at (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub revoked_at: Option<i64>,
}

/// `POST /api/campaigns/{id}/devices/{device}/accept`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AcceptDevice {
    /// The team it is handed to, where it has none yet or another.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamId>,
}

/// A line of `GET /api/campaigns/{id}/enrolments`: a code that may still be redeemed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpenCodeLine {
    /// What it is called: tells nothing of the code.
    pub id: String,
    /// Label of the tablet's sticker.
    pub label: String,
    /// Team code.
    pub team: Option<String>,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_at: i64,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expires_at: i64,
}

/// `POST /api/campaigns/{id}/enrolments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewEnrolment {
    /// Label of the tablet's sticker.
    pub label: String,
    /// Team it is handed to.
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamId>,
}

/// A one-time code to enrol a tablet.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolmentCode {
    /// To be dictated: groups of 4 characters.
    pub code: String,
    /// To be scanned or opened on the tablet.
    pub link: String,
    /// QR code of the link, as SVG.
    pub qr_svg: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expires_at: i64,
}

maraude_core::redacts!(EnrolmentCode);
