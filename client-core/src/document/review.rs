//! Coordinators' decisions as entries.

use super::entry::Entry;
use super::fields::{FieldReader, FieldsOut};
use super::schema::kind;
use super::text;
use crate::model::{
    AccountId, Adjudication, Correction, CorrectionKind, Decision, ObservationId, TimestampMs,
};

/// An observation that the coordination has read.
pub(super) struct ReadMark {
    pub(super) observation: ObservationId,
    pub(super) at: TimestampMs,
}

/// What every act of a coordinator carries.
struct Act {
    reason: Option<String>,
    author: AccountId,
    decided_at: TimestampMs,
    undone_at: Option<TimestampMs>,
}

impl Act {
    fn write(
        out: &mut FieldsOut,
        reason: Option<&String>,
        author: AccountId,
        decided_at: TimestampMs,
        undone_at: Option<TimestampMs>,
    ) {
        out.optional("reason", reason);
        out.put("author", author.to_string());
        out.instant("decided_at", decided_at);
        if let Some(at) = undone_at {
            out.instant("undone_at", at);
        }
    }

    fn read(fields: &mut FieldReader<'_>) -> Self {
        let (author, decided_at) = (fields.id("author"), fields.instant("decided_at"));
        Self {
            reason: fields.text("reason"),
            author: fields.required("author", author, AccountId::from_bytes([0; 16])),
            decided_at: fields.required("decided_at", decided_at, 0),
            undone_at: fields.instant("undone_at"),
        }
    }
}

impl Entry for Decision {
    const KIND: &'static str = kind::DECISION;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.put("one", text::slot(&self.one));
        out.put("other", text::slot(&self.other));
        out.code("verdict", &self.verdict);
        let reason = self.reason.as_ref();
        Act::write(out, reason, self.author, self.decided_at, self.undone_at);
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let one = fields.told("one", text::to_slot);
        let other = fields.told("other", text::to_slot);
        let verdict = fields.code("verdict");
        let act = Act::read(fields);
        let (Some(one), Some(other), Some(verdict)) = (one, other, verdict) else {
            for field in ["one", "other", "verdict"] {
                fields.missing(field);
            }
            return None;
        };
        Some(Self {
            id: id.parse().ok()?,
            one: one.min(other),
            other: one.max(other),
            verdict,
            reason: act.reason,
            author: act.author,
            decided_at: act.decided_at,
            undone_at: act.undone_at,
        })
    }
}

impl Entry for Adjudication {
    const KIND: &'static str = kind::ADJUDICATION;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.put("observation", self.observation.to_string());
        out.code("ruling", &self.ruling);
        let reason = self.reason.as_ref();
        Act::write(out, reason, self.author, self.decided_at, self.undone_at);
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let (observation, ruling) = (fields.id("observation"), fields.code("ruling"));
        let act = Act::read(fields);
        let (Some(observation), Some(ruling)) = (observation, ruling) else {
            for field in ["observation", "ruling"] {
                fields.missing(field);
            }
            return None;
        };
        Some(Self {
            id: id.parse().ok()?,
            observation,
            ruling,
            reason: act.reason,
            author: act.author,
            decided_at: act.decided_at,
            undone_at: act.undone_at,
        })
    }
}

impl Entry for Correction {
    const KIND: &'static str = kind::CORRECTION;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.put("observation", self.observation.to_string());
        match self.kind {
            CorrectionKind::Place(place) => out.put("place", text::coordinates(place)),
            CorrectionKind::Sector(sector) => out.put("sector", sector.to_string()),
        }
        let reason = self.reason.as_ref();
        Act::write(out, reason, self.author, self.decided_at, self.undone_at);
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let observation = fields.id("observation");
        let place = fields
            .told("place", text::to_coordinates)
            .map(CorrectionKind::Place);
        let sector = fields.id("sector").map(CorrectionKind::Sector);
        let act = Act::read(fields);
        let (Some(observation), Some(kind)) = (observation, place.or(sector)) else {
            for field in ["observation", "place"] {
                fields.missing(field);
            }
            return None;
        };
        Some(Self {
            id: id.parse().ok()?,
            observation,
            kind,
            reason: act.reason,
            author: act.author,
            decided_at: act.decided_at,
            undone_at: act.undone_at,
        })
    }
}

impl Entry for ReadMark {
    const KIND: &'static str = kind::READ;

    fn id(&self) -> String {
        self.observation.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.instant("at", self.at);
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let at = fields.instant("at");
        Some(Self {
            observation: id.parse().ok()?,
            at: fields.required("at", at, 0),
        })
    }
}
