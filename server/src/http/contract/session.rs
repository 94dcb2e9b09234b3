//! Who is at the console, and what the server is.

use maraude_core::sync::WipeOrder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/login`: opens a session (cookie).
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Login {
    /// Account name.
    pub name: String,
    /// Password.
    pub password: String,
    /// The telephone's code or a recovery code, for an account that has a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

maraude_core::redacts!(Login);

/// `GET /api/me`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Me {
    /// Account name.
    pub name: String,
    /// `coordinator`, `analyst`, `lead`, `dpo` or `admin`.
    pub role: String,
    /// A login asks for a second proof.
    pub second_factor: bool,
    /// Nothing but one's own account opens before a second factor or a passkey is set up.
    pub second_proof_wanted: bool,
}

/// `GET /api/hello`: what any client may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Hello {
    /// The server's version.
    pub version: String,
    /// Sync protocol it speaks.
    pub sync_protocol: u16,
    /// Oldest sync protocol it accepts.
    pub oldest_protocol: u16,
}

/// An error, as a problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// Stable kebab-case code; the screens translate it.
    pub code: String,
    /// One sentence for people without the app.
    pub title: String,
    /// HTTP code; RFC 9457 calls it `status`.
    #[serde(rename = "status")]
    pub http_code: u16,
    /// Where in the request, where it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When to come back, seconds; the header `Retry-After` says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// To a tablet whose campaign was purged: a signed order to destroy what it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    pub wipe_order: Option<WipeOrder>,
}

/// `POST /api/enrol`: a tablet redeems its one-time code.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolRequest {
    /// The code, with or without separators.
    pub code: String,
    /// Its Ed25519 key, 32 bytes in base64.
    pub verifying_key: String,
    /// Ed25519 by that key over `maraude/enrol/1` ‖ the normalised code: proof of possession.
    pub proof: String,
    /// The app's version.
    pub app_version: String,
}

maraude_core::redacts!(EnrolRequest);

/// What a tablet is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnrolAnswer {
    /// Its identifier (UUID).
    pub device: String,
    /// Its label.
    pub label: String,
    /// The campaign (UUID).
    pub campaign: String,
    /// The campaign's name.
    pub campaign_name: String,
    /// *exercice*.
    pub exercise: bool,
    /// The team it is handed to (UUID).
    pub team: Option<String>,
    /// The campaign's X25519 key, base64: envelopes are sealed to it.
    pub campaign_key: String,
    /// The server's Ed25519 key, base64: receipts are signed by it.
    pub server_key: String,
    /// Authorises uploads only; kept outside the vault.
    pub upload_token: String,
    /// For *Urgence*, also while locked.
    pub coordination_number: Option<String>,
    /// Server clock, milliseconds.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub server_at: i64,
}

/// `POST /api/device/challenge`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChallengeRequest {
    /// The tablet (UUID).
    pub device: String,
}

/// Something to sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Challenge {
    /// 32 random bytes, base64.
    pub nonce: String,
}

/// `POST /api/device/session`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeviceSessionRequest {
    /// The tablet (UUID).
    pub device: String,
    /// As given.
    pub nonce: String,
    /// Ed25519 over `maraude/session/1` ‖ device ‖ nonce, base64.
    pub signature: String,
}

/// `GET /api/documents`: what a tablet's token names, for clients of automerge-repo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NamedDocuments {
    /// The tablet (UUID): entries it makes bear it in their stamps.
    pub device: String,
    /// Those that `/sync` opens to it.
    pub documents: Vec<NamedDocument>,
}

/// A document that a token names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NamedDocument {
    /// Its identifier (UUID).
    pub id: String,
    /// As automerge-repo's `find` takes it.
    pub url: String,
    /// `plan`, `brief` or `round`.
    pub kind: String,
    /// Of briefs and rounds: the night.
    pub night: Option<String>,
    /// Of briefs and rounds: the sector (UUID).
    pub sector: Option<String>,
    /// Of rounds: the team (UUID).
    pub team: Option<String>,
    /// Changes to it may enter.
    pub writable: bool,
}

/// A token that may read this tablet's documents, for 15 minutes.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeviceSession {
    /// Bearer token.
    pub token: String,
    /// Server clock, milliseconds.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expires_at: i64,
}

maraude_core::redacts!(DeviceSession);
