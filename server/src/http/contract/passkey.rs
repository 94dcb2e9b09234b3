//! Passkeys: made and removed by their owner, and the login by one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// `GET /api/account/passkeys`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OwnPasskeys {
    /// Browsers make passkeys for the server's public address: a name under TLS, or localhost.
    pub possible: bool,
    /// Oldest first.
    pub passkeys: Vec<PasskeyLine>,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PasskeyLine {
    /// Identifier: tells nothing of the key.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_at: i64,
    /// Its last login, server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub used_at: Option<i64>,
}

/// `POST /api/account/passkeys/begin`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewPasskey {
    /// What its owner calls it, 1 to 40 characters.
    pub name: String,
}

/// What a browser is asked, for five minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PasskeyCeremony {
    /// To be brought back with the answer.
    pub ceremony: String,
    /// `publicKey` of `navigator.credentials`, in the JSON of WebAuthn level 3 (section 5.1.8, 5.1.9).
    #[schema(value_type = Object)]
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub options: Value,
}

/// `POST /api/account/passkeys` and `POST /api/login/passkey`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PasskeyAnswer {
    /// As it was given.
    pub ceremony: String,
    /// What the browser gave, in the JSON of WebAuthn level 3 (section 5.1).
    #[schema(value_type = Object)]
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub answer: Value,
}

maraude_core::redacts!(PasskeyAnswer);
