//! A round's starts and ends as entries.

use super::entry::Entry;
use super::fields::{FieldReader, FieldsOut};
use super::schema::kind;
use super::text;
use crate::model::{Closure, Coverage, Departure, RoundKey};
use automerge::ScalarValue;

/// First part of the names of the fields that declare a street walked.
pub(super) const STREET: &str = "w.";

/// A departure with what makes its round unique: the document is useless without it.
pub(super) struct KeyedDeparture {
    pub(super) key: Option<RoundKey>,
    pub(super) departure: Departure,
}

impl Entry for KeyedDeparture {
    const KIND: &'static str = kind::DEPARTURE;
    const FAMILY: Option<&'static str> = Some(STREET);

    fn id(&self) -> String {
        self.departure.id.to_string()
    }

    /// Without the streets: each is written by itself, and no rewriting of the start takes one back.
    fn write(&self, out: &mut FieldsOut) {
        out.put("stamp", text::stamp(&self.departure.stamp));
        if let Some(key) = &self.key {
            out.put("campaign", key.campaign.to_string());
            out.put("team", key.team.to_string());
            out.optional("sector", key.sector.map(|sector| sector.to_string()));
            out.put("night", key.night.to_string());
            out.put("reissue", i64::from(key.reissue));
        }
        if !self.departure.warnings.is_empty() {
            out.put("warnings", self.departure.warnings.join(" "));
        }
        let from = self.departure.took_over_from;
        out.optional("took_over_from", from.map(|device| device.to_string()));
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let streets = fields.prefixed(STREET).into_iter();
        let walked = streets.filter(|(_, value)| value.as_bool() == Some(true));
        let departure = Departure {
            id: id.parse().ok()?,
            walked: walked.map(|(street, _)| street.to_owned()).collect(),
            stamp: fields.stamp("stamp"),
            warnings: fields
                .text("warnings")
                .map_or_else(Vec::new, |warnings| text::words(&warnings)),
            took_over_from: fields.id("took_over_from"),
        };
        let (campaign, team) = (fields.id("campaign"), fields.id("team"));
        let (sector, night) = (fields.id("sector"), fields.id("night"));
        let reissue = fields.number("reissue").unwrap_or_default();
        for (field, absent) in [
            ("campaign", campaign.is_none()),
            ("team", team.is_none()),
            ("night", night.is_none()),
        ] {
            if absent {
                fields.missing(field);
            }
        }
        let key = match (campaign, team, night) {
            (Some(campaign), Some(team), Some(night)) => Some(RoundKey {
                campaign,
                team,
                sector,
                night,
                reissue,
            }),
            _ => None,
        };
        Some(Self { key, departure })
    }
}

impl Entry for Closure {
    const KIND: &'static str = kind::CLOSURE;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.put("stamp", text::stamp(&self.stamp));
        out.code("coverage", &self.coverage);
        out.optional("not_walked", self.not_walked.as_ref());
        out.put("zero_found", ScalarValue::Boolean(self.zero_found));
        if let Some(at) = self.reopened_at {
            out.instant("reopened_at", at);
        }
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let coverage = fields.code("coverage");
        Some(Self {
            id: id.parse().ok()?,
            stamp: fields.stamp("stamp"),
            coverage: fields.required("coverage", coverage, Coverage::Partial),
            not_walked: fields.text("not_walked"),
            zero_found: fields.truth("zero_found"),
            reopened_at: fields.instant("reopened_at"),
        })
    }
}
