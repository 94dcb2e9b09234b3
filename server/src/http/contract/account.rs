//! One's own account as the console shows it: password, tokens for programs that read maps.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `PUT /api/account/password`: other sessions and all tokens end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PasswordChange {
    /// The password as it is.
    pub present: String,
    /// The one to come, 10 characters at least.
    pub new: String,
}

/// `POST /api/account/tokens`: a token for a program that reads maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewApiToken {
    /// What its owner calls it.
    pub name: String,
    /// How long it holds, 1 to 366 days.
    pub days: u16,
}

/// A line of `GET /api/account/tokens`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiTokenLine {
    /// Identifier: tells nothing of the token.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub created_at: i64,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expires_at: i64,
}

/// A token that was drawn: its text is told once.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiTokenDrawn {
    /// As it will be listed.
    pub line: ApiTokenLine,
    /// For `Authorization: Bearer`, or as the password of HTTP Basic; never in an address.
    pub token: String,
    /// What it opens.
    pub address: String,
}

maraude_core::redacts!(ApiTokenDrawn);
