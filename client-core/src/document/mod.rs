//! Documents: the model written to and read from automerge (design D2).
//!
//! With `gate` and `sync`, the only module that names automerge. Reading never fails for the
//! content. The tablet, the gate and the server call it.

use serde::{Deserialize, Serialize};

/// The four kinds of documents (design D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// One per campaign: sectors, teams, nights, questionnaire version.
    Plan,
    /// One per sector and night: known places.
    Brief,
    /// One per team, sector and night.
    Round,
    /// Decisions and adjudications of a night.
    Review,
}
