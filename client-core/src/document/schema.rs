//! Keys, caps and fields that never change: what the writer and the gate agree on.
//!
//! `docs/DOCUMENT_SCHEMA.md` says the same in words.

use super::DocumentKind;
use uuid::Uuid;

/// Version of the schema that this program writes, in the field `v` of each entry.
pub const SCHEMA_VERSION: i64 = 1;

/// Longest key of an entry, bytes.
pub const KEY_CAP_BYTES: usize = 160;

/// Longest name of a field, bytes.
pub const NAME_CAP_BYTES: usize = 96;

/// Longest key of a street that is declared walked: what a field's name leaves.
pub const STREET_KEY_CAP_BYTES: usize = NAME_CAP_BYTES - 2;

/// Entries that one change may mark as read without passing the gate's operation cap.
pub const READ_MARKS_PER_CHANGE: usize = 600;

/// Longest value of a field that has no cap of its own, bytes.
const VALUE_CAP_BYTES: usize = 2_048;

/// Longest boundary of a sector, bytes of GeoJSON: about 8,000 corners.
const BOUNDARY_CAP_BYTES: usize = 192 * 1024;

/// Longest notice read to people met, bytes.
const NOTICE_CAP_BYTES: usize = 16 * 1024;

pub(super) mod kind {
    //! First part of an entry's key.
    pub const ADJUDICATION: &str = "adjudication";
    pub const ASSIGNMENT: &str = "assignment";
    pub const CAMPAIGN: &str = "campaign";
    pub const CLOSURE: &str = "closure";
    pub const CORRECTION: &str = "correction";
    pub const DECISION: &str = "decision";
    pub const DEPARTURE: &str = "departure";
    pub const OBSERVATION: &str = "observation";
    pub const PERIMETER: &str = "perimeter";
    pub const READ: &str = "read";
    pub const SECTOR: &str = "sector";
    pub const SITE: &str = "site";
    pub const TEAM: &str = "team";
    pub const ZONE: &str = "zone";
}

/// The kinds of entries a document of this kind may hold.
fn kinds(document: DocumentKind) -> &'static [&'static str] {
    match document {
        DocumentKind::Plan => &[
            kind::ASSIGNMENT,
            kind::CAMPAIGN,
            kind::PERIMETER,
            kind::SECTOR,
            kind::TEAM,
            kind::ZONE,
        ],
        DocumentKind::Brief => &[kind::SITE],
        DocumentKind::Round => &[kind::CLOSURE, kind::DEPARTURE, kind::OBSERVATION],
        DocumentKind::Review => &[
            kind::ADJUDICATION,
            kind::CORRECTION,
            kind::DECISION,
            kind::READ,
        ],
    }
}

/// Whether a key is `kind:uuid`, or `assignment:uuid:uuid:night`, of a kind this document holds.
pub fn key_is_well_formed(document: DocumentKind, key: &str) -> bool {
    let Some((kind, id)) = key.split_once(':') else {
        return false;
    };
    if key.len() > KEY_CAP_BYTES || !kinds(document).contains(&kind) {
        return false;
    }
    if kind != kind::ASSIGNMENT {
        return is_uuid(id);
    }
    let parts: Vec<&str> = id.split(':').collect();
    matches!(parts.as_slice(), [team, sector, night]
        if is_uuid(team) && is_uuid(sector) && night.parse::<crate::model::Night>().is_ok())
}

/// Lower-case, with hyphens: one text per identifier, so that one key per entry.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
        && Uuid::try_parse(text).is_ok()
}

/// The longest value a field may hold, bytes.
pub fn value_cap_bytes(key: &str, field: &str) -> usize {
    match (key.split_once(':').map_or(key, |(kind, _)| kind), field) {
        (kind::SECTOR, "boundary") => BOUNDARY_CAP_BYTES,
        (kind::CAMPAIGN, "notice") | (kind::PERIMETER, "codes") => NOTICE_CAP_BYTES,
        _ => VALUE_CAP_BYTES,
    }
}

/// The fields of an entry that only the change which makes it may write.
pub fn creation_fields(key: &str) -> &'static [&'static str] {
    match key.split_once(':').map_or(key, |(kind, _)| kind) {
        kind::OBSERVATION => &["created"],
        kind::DEPARTURE => &[
            "stamp",
            "campaign",
            "team",
            "sector",
            "night",
            "reissue",
            "warnings",
            "took_over_from",
        ],
        kind::CLOSURE => &["stamp"],
        kind::DECISION => &["one", "other", "verdict", "reason", "author", "decided_at"],
        kind::ADJUDICATION => &["observation", "ruling", "reason", "author", "decided_at"],
        kind::CORRECTION => &[
            "observation",
            "place",
            "sector",
            "reason",
            "author",
            "decided_at",
        ],
        _ => &[],
    }
}

/// The field of an entry that says which device made it; the gate compares it with the author.
pub fn stamp_field(key: &str) -> Option<&'static str> {
    match key.split_once(':').map_or(key, |(kind, _)| kind) {
        kind::OBSERVATION => Some("created"),
        kind::DEPARTURE | kind::CLOSURE => Some("stamp"),
        _ => None,
    }
}
