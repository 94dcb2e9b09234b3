//! The plan and the brief as entries: campaign, perimeter, zones, sectors, teams, assignments,
//! known places.

use super::entry::Entry;
use super::fields::{FieldReader, FieldsOut};
use super::schema::{kind, value_cap_bytes};
use super::text;
use crate::model::{
    Assignment, Audience, Campaign, CampaignKind, CampaignMode, CampaignState, LOCK_MINUTES,
    LOCK_MINUTES_RANGE, LegalFrame, Night, RetentionFrame, Sector, Site, SiteKind, Team, Zone,
};
use automerge::ScalarValue;
use geo::{Coord, LineString, MultiPolygon, Polygon};

impl Entry for Campaign {
    const KIND: &'static str = kind::CAMPAIGN;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        let nights: Vec<String> = self.nights.iter().map(Night::to_string).collect();
        out.text("name", &self.name);
        out.code("kind", &self.kind);
        out.code("mode", &self.mode);
        out.code("state", &self.state);
        out.put("nights", nights.join(" "));
        out.text("time_zone", &self.time_zone);
        out.text("questionnaire", &self.questionnaire);
        out.optional("coordination_number", self.coordination_number.as_ref());
        out.put("lock_minutes", i64::from(self.lock_minutes));
        out.optional("organisation", self.organisation.as_ref());
        for (field, value) in [
            ("controller", &self.legal.controller),
            ("legal_basis", &self.legal.legal_basis),
            ("impact_assessment", &self.legal.impact_assessment),
            ("notice", &self.legal.notice),
            ("opposition_contact", &self.legal.opposition_contact),
        ] {
            out.optional(field, Some(value).filter(|value| !value.is_empty()));
        }
        let RetentionFrame {
            coarsen_on,
            purge_on,
        } = self.retention;
        out.optional("coarsen_on", coarsen_on.map(|night| night.to_string()));
        out.optional("purge_on", purge_on.map(|night| night.to_string()));
        out.optional("pseudonym_key", self.pseudonym_key.as_ref());
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let id = id.parse().ok()?;
        let empty = Self::prepare(
            id,
            String::new(),
            CampaignKind::NightCount,
            CampaignMode::Exercise,
        );
        let (name, kind, mode) = (
            fields.text("name"),
            fields.code("kind"),
            fields.code("mode"),
        );
        Some(Self {
            name: fields.required("name", name, String::new()),
            kind: fields.required("kind", kind, empty.kind),
            mode: fields.required("mode", mode, empty.mode),
            state: fields.code("state").unwrap_or(CampaignState::Ready),
            nights: fields
                .told("nights", |text| {
                    text.split_ascii_whitespace()
                        .map(|night| night.parse().ok())
                        .collect()
                })
                .unwrap_or_default(),
            time_zone: fields.text("time_zone").unwrap_or(empty.time_zone),
            questionnaire: fields.text("questionnaire").unwrap_or(empty.questionnaire),
            coordination_number: fields.text("coordination_number"),
            lock_minutes: lock_minutes(fields.number("lock_minutes")),
            organisation: fields.text("organisation"),
            legal: LegalFrame {
                controller: fields.text("controller").unwrap_or_default(),
                legal_basis: fields.text("legal_basis").unwrap_or_default(),
                impact_assessment: fields.text("impact_assessment").unwrap_or_default(),
                notice: fields.text("notice").unwrap_or_default(),
                opposition_contact: fields.text("opposition_contact").unwrap_or_default(),
            },
            retention: RetentionFrame {
                coarsen_on: fields.id("coarsen_on"),
                purge_on: fields.id("purge_on"),
            },
            pseudonym_key: fields.text("pseudonym_key"),
            id,
        })
    }
}

/// Brought between the bounds: an odd value must not leave tablets open for hours.
fn lock_minutes(told: Option<u32>) -> u8 {
    let (least, most) = (*LOCK_MINUTES_RANGE.start(), *LOCK_MINUTES_RANGE.end());
    let told = told.map_or(LOCK_MINUTES, |told| u8::try_from(told).unwrap_or(most));
    told.clamp(least, most)
}

/// Codes of the communes that make the campaign's perimeter.
pub(super) struct Perimeter(pub(super) Vec<String>);

/// There is one perimeter: the nil identifier.
pub(super) const PERIMETER_ID: &str = "00000000-0000-0000-0000-000000000000";

impl Entry for Perimeter {
    const KIND: &'static str = kind::PERIMETER;

    fn id(&self) -> String {
        PERIMETER_ID.to_owned()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.put("codes", self.0.join(" "));
    }

    fn read(_: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        fields.text("codes").map(|codes| Self(text::words(&codes)))
    }
}

impl Entry for Zone {
    const KIND: &'static str = kind::ZONE;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.text("code", &self.code);
        out.text("name", &self.name);
        out.optional("base", self.base.as_ref());
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let (code, name) = (fields.text("code"), fields.text("name"));
        Some(Self {
            id: id.parse().ok()?,
            code: fields.required("code", code, String::new()),
            name: fields.required("name", name, String::new()),
            base: fields.text("base"),
        })
    }
}

impl Entry for Sector {
    const KIND: &'static str = kind::SECTOR;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.text("code", &self.code);
        out.text("name", &self.name);
        out.optional("zone", self.zone.map(|zone| zone.to_string()));
        out.code("risk", &self.risk);
        out.put("boundary", boundary_text(&self.boundary));
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let (code, name) = (fields.text("code"), fields.text("name"));
        let boundary = fields.told("boundary", to_boundary);
        Some(Self {
            id: id.parse().ok()?,
            code: fields.required("code", code, String::new()),
            name: fields.required("name", name, String::new()),
            zone: fields.id("zone"),
            risk: fields.code("risk").unwrap_or_default(),
            boundary: fields.required("boundary", boundary, MultiPolygon(Vec::new())),
        })
    }
}

/// Whether a boundary is short enough for a document: at most about 8,000 corners.
pub fn boundary_fits(boundary: &MultiPolygon<f64>) -> bool {
    boundary_text(boundary).len() <= value_cap_bytes(kind::SECTOR, "boundary")
}

/// A GeoJSON MultiPolygon geometry (RFC 7946), degrees to seven decimals: one centimetre.
fn boundary_text(boundary: &MultiPolygon<f64>) -> String {
    let ring = |ring: &LineString<f64>| {
        let corners: Vec<String> = ring
            .coords()
            .map(|corner| format!("[{},{}]", degrees(corner.x), degrees(corner.y)))
            .collect();
        format!("[{}]", corners.join(","))
    };
    let polygons: Vec<String> = boundary
        .iter()
        .map(|polygon| {
            let rings: Vec<String> = std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(ring)
                .collect();
            format!("[{}]", rings.join(","))
        })
        .collect();
    format!(
        r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#,
        polygons.join(",")
    )
}

fn degrees(value: f64) -> f64 {
    (value * 1e7).round() / 1e7
}

#[derive(serde::Deserialize)]
struct Geometry {
    r#type: String,
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

fn to_boundary(text: &str) -> Option<MultiPolygon<f64>> {
    let geometry: Geometry = serde_json::from_str(text).ok()?;
    let polygons = geometry.coordinates.into_iter().map(|rings| {
        let mut rings = rings.into_iter().map(|ring| {
            ring.into_iter()
                .map(|[x, y]| Coord { x, y })
                .collect::<LineString>()
        });
        let exterior = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(exterior, rings.collect())
    });
    (geometry.r#type == "MultiPolygon").then(|| polygons.collect())
}

impl Entry for Team {
    const KIND: &'static str = kind::TEAM;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.text("code", &self.code);
        out.optional("organisation", self.organisation.as_ref());
        out.put("professional", ScalarValue::Boolean(self.professional));
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let code = fields.text("code");
        Some(Self {
            id: id.parse().ok()?,
            code: fields.required("code", code, String::new()),
            organisation: fields.text("organisation"),
            professional: fields.truth("professional"),
        })
    }
}

impl Entry for Assignment {
    const KIND: &'static str = kind::ASSIGNMENT;

    fn id(&self) -> String {
        format!("{}:{}:{}", self.team, self.sector, self.night)
    }

    fn write(&self, _: &mut FieldsOut) {}

    fn read(id: &str, _: &mut FieldReader<'_>) -> Option<Self> {
        let mut parts = id.split(':');
        Some(Self {
            team: parts.next()?.parse().ok()?,
            sector: parts.next()?.parse().ok()?,
            night: parts.next()?.parse().ok()?,
        })
    }
}

impl Entry for Site {
    const KIND: &'static str = kind::SITE;

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn write(&self, out: &mut FieldsOut) {
        out.code("kind", &self.kind);
        out.text("code", &self.code);
        out.put("coordinates", text::coordinates(self.coordinates));
        out.code("audience", &self.audience);
        out.optional("expected", self.expected.map(text::heads));
        out.optional("note", self.note.as_ref());
        out.optional("facts", self.facts.as_ref());
    }

    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self> {
        let (kind, code) = (fields.code("kind"), fields.text("code"));
        let Some(coordinates) = fields.told("coordinates", text::to_coordinates) else {
            fields.missing("coordinates");
            return None;
        };
        Some(Self {
            id: id.parse().ok()?,
            kind: fields.required("kind", kind, SiteKind::Camp),
            code: fields.required("code", code, String::new()),
            coordinates,
            audience: match fields.raw("audience") {
                None => Audience::Everyone,
                // An audience this version does not know is the narrower one.
                Some(_) => fields.code("audience").unwrap_or(Audience::Professionals),
            },
            expected: fields.told("expected", text::to_heads),
            note: fields.text("note"),
            facts: fields.text("facts"),
        })
    }
}
