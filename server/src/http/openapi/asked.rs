//! What may be asked behind the path of a route (its query), as it is described.

use crate::export::Format;
use serde_json::{Value, json};

/// One name of a query.
pub(super) struct Asked {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) summary: &'static str,
    kind: Kind,
}

enum Kind {
    Day,
    Number,
    Position,
    Identifier,
    Words,
    YesOrNo,
    FileOf(&'static [Format]),
}

impl Asked {
    /// The schema of its value.
    pub(super) fn schema(&self) -> Value {
        match self.kind {
            Kind::Day => json!({ "type": "string", "format": "date" }),
            Kind::Number => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Position => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
            Kind::Identifier => json!({ "type": "string", "format": "uuid" }),
            Kind::Words => json!({ "type": "string" }),
            Kind::YesOrNo => json!({ "type": "boolean" }),
            Kind::FileOf(formats) => {
                let codes: Vec<&str> = formats.iter().map(|format| format.code()).collect();
                json!({ "type": "string", "enum": codes })
            }
        }
    }
}

const fn may(path: &'static str, name: &'static str, kind: Kind, summary: &'static str) -> Asked {
    Asked {
        method: "GET",
        path,
        name,
        required: false,
        summary,
        kind,
    }
}

const fn must(path: &'static str, name: &'static str, kind: Kind, summary: &'static str) -> Asked {
    Asked {
        required: true,
        ..may(path, name, kind, summary)
    }
}

const OBSERVATIONS: &str = "/api/campaigns/{campaign}/observations";

/// In the order of the routes.
pub(super) const QUERIES: &[Asked] = &[
    must("/api/live", "campaign", Kind::Identifier, "Whose log"),
    may(
        "/api/campaigns/{campaign}/tonight",
        "night",
        Kind::Day,
        "Which night; the latest without",
    ),
    may(
        "/api/campaigns/{campaign}/doubles",
        "after",
        Kind::Words,
        "`next` of the page before",
    ),
    may(OBSERVATIONS, "night", Kind::Day, "Of this night"),
    may(OBSERVATIONS, "team", Kind::Words, "Of this team (code)"),
    may(OBSERVATIONS, "sector", Kind::Words, "Placed in this sector"),
    may(OBSERVATIONS, "kind", Kind::Words, "Of this kind"),
    may(
        OBSERVATIONS,
        "unit",
        Kind::Words,
        "Street, squat, bidonville",
    ),
    may(OBSERVATIONS, "contact", Kind::Words, "By contact"),
    may(OBSERVATIONS, "certainty", Kind::Words, "By certainty"),
    may(
        OBSERVATIONS,
        "doubtful",
        Kind::YesOrNo,
        "Waiting for a ruling",
    ),
    may(
        OBSERVATIONS,
        "set_apart",
        Kind::YesOrNo,
        "Set apart from the figure",
    ),
    may(OBSERVATIONS, "outliers", Kind::YesOrNo, "With an odd place"),
    may(
        OBSERVATIONS,
        "conflicts",
        Kind::YesOrNo,
        "With two values kept",
    ),
    may(
        OBSERVATIONS,
        "unread",
        Kind::YesOrNo,
        "That could not be read",
    ),
    may(
        OBSERVATIONS,
        "withdrawn",
        Kind::YesOrNo,
        "Withdrawn, or not; either without",
    ),
    may(
        OBSERVATIONS,
        "offset",
        Kind::Number,
        "How many to leave out",
    ),
    must(
        "/api/campaigns/{campaign}/comparison",
        "with",
        Kind::Identifier,
        "The other campaign",
    ),
    must(
        "/api/campaigns/{campaign}/releases/{number}/export",
        "format",
        Kind::FileOf(&Format::ALL),
        "Which file",
    ),
    may(
        "/api/audit",
        "before",
        Kind::Position,
        "Lines before this one",
    ),
];
