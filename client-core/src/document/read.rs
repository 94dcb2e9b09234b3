//! Reading a document into the model, with its issues. It never fails for the content.

use super::entry::Entry;
use super::fields::{FieldReader, Fields};
use super::hash::Actor;
use super::name::{DocumentName, document_id};
use super::plan::Perimeter;
use super::replica::Document;
use super::review::ReadMark;
use super::round::KeyedDeparture;
use super::text;
use super::write::REMOVED_AT;
use crate::model::{
    Adjudication, Assignment, Campaign, Closure, Correction, Decision, DeviceId, DocumentId, Issue,
    IssueCode, Observation, ObservationId, Round, Sector, Site, Team, TimestampMs, Zone,
};
use automerge::{ObjId, ObjType, ReadDoc, ScalarValue, Value, ValueRef};
use std::collections::BTreeMap;

/// A plan as its document reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The campaign; absent while its entry has not arrived.
    pub campaign: Option<Campaign>,
    /// Codes of the communes of the perimeter.
    pub perimeter: Vec<String>,
    /// Zones, by identifier.
    pub zones: Vec<Zone>,
    /// Sectors, by identifier.
    pub sectors: Vec<Sector>,
    /// Teams, by identifier.
    pub teams: Vec<Team>,
    /// Who is sent where.
    pub assignments: Vec<Assignment>,
}

/// A brief as its document reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Brief {
    /// Known places, by identifier.
    pub sites: Vec<Site>,
}

/// A review as its document reads; undone acts included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// Decisions, by identifier.
    pub decisions: Vec<Decision>,
    /// Rulings, by identifier.
    pub adjudications: Vec<Adjudication>,
    /// Corrections, by identifier.
    pub corrections: Vec<Correction>,
    /// When the coordination read each observation.
    pub read: BTreeMap<ObservationId, TimestampMs>,
}

/// Reads a round. Its key is told by the departures that belong to this document.
pub fn read_round(document: &Document, id: DocumentId) -> (Round, Vec<Issue>) {
    let mut reader = DocumentReader::new(document);
    let departures: Vec<KeyedDeparture> = reader.all();
    let closures: Vec<Closure> = reader.all();
    let observations: Vec<Observation> = reader.all();
    let mut issues = reader.finish();
    let mut key = None;
    for departure in &departures {
        match departure.key {
            Some(named) if document_id(&DocumentName::Round { key: named }) == id => {
                key = Some(named);
            }
            Some(_) => issues.push(Issue {
                code: IssueCode::OddValue,
                key: departure.key(),
                field: None,
                values: Vec::new(),
            }),
            None => {}
        }
    }
    let round = Round {
        document: id,
        key,
        departures: departures
            .into_iter()
            .map(|keyed| keyed.departure)
            .collect(),
        closures,
        observations,
    };
    (round, issues)
}

/// Reads a plan; what was removed is left out.
pub fn read_plan(document: &Document) -> (Plan, Vec<Issue>) {
    let mut reader = DocumentReader::new(document);
    let plan = Plan {
        campaign: reader.all().into_iter().next(),
        perimeter: reader
            .all()
            .into_iter()
            .next()
            .map_or_else(Vec::new, |Perimeter(codes)| codes),
        zones: reader.all(),
        sectors: reader.all(),
        teams: reader.all(),
        assignments: reader.all(),
    };
    (plan, reader.finish())
}

/// Reads a brief; what was removed is left out.
pub fn read_brief(document: &Document) -> (Brief, Vec<Issue>) {
    let mut reader = DocumentReader::new(document);
    let brief = Brief {
        sites: reader.all(),
    };
    (brief, reader.finish())
}

/// Reads a review.
pub fn read_review(document: &Document) -> (Review, Vec<Issue>) {
    let mut reader = DocumentReader::new(document);
    let review = Review {
        decisions: reader.all(),
        adjudications: reader.all(),
        corrections: reader.all(),
        read: reader
            .all()
            .into_iter()
            .map(|ReadMark { observation, at }| (observation, at))
            .collect(),
    };
    (review, reader.finish())
}

/// The fields of an entry as they read now: of conflicting values, the one automerge puts first.
pub(super) fn entry_fields(doc: &impl ReadDoc, entry: &ObjId) -> Fields {
    doc.map_range(entry, ..)
        .filter_map(|item| match item.value {
            ValueRef::Scalar(value) => Some((item.key.into_owned(), owned(value))),
            ValueRef::Object(_) => None,
        })
        .collect()
}

fn owned(value: automerge::ScalarValueRef<'_>) -> ScalarValue {
    match ValueRef::Scalar(value).into_value() {
        Value::Scalar(value) => value.into_owned(),
        Value::Object(_) => ScalarValue::Null,
    }
}

/// Fields whose concurrent writings concern nobody: who edited last, which version wrote.
const UNTOLD_CONFLICTS: [&str; 2] = ["edited", "v"];

struct RawEntry {
    author: DeviceId,
    fields: Fields,
    read: bool,
}

struct DocumentReader {
    entries: BTreeMap<String, RawEntry>,
    issues: Vec<Issue>,
}

impl DocumentReader {
    fn new(document: &Document) -> Self {
        let mut reader = Self {
            entries: BTreeMap::new(),
            issues: Vec::new(),
        };
        for item in document.doc.map_range(&document.objects, ..) {
            let key = item.key.to_string();
            let entry = item.id();
            if !matches!(item.value, ValueRef::Object(ObjType::Map)) {
                reader.issue(IssueCode::UnknownKey, &key, None, Vec::new());
                continue;
            }
            if item.conflict {
                reader.issue(IssueCode::Conflict, &key, None, Vec::new());
            }
            reader.conflicts(document, &key, &entry);
            let raw = RawEntry {
                author: author(&entry),
                fields: entry_fields(&document.doc, &entry),
                read: false,
            };
            reader.entries.insert(key, raw);
        }
        reader
    }

    /// Notes the fields that two writers wrote differently, the value that is read first.
    fn conflicts(&mut self, document: &Document, key: &str, entry: &ObjId) {
        for item in document.doc.map_range(entry, ..) {
            let field = item.key.as_ref();
            if !item.conflict || UNTOLD_CONFLICTS.contains(&field) {
                continue;
            }
            let all = document.doc.get_all(entry, field).unwrap_or_default();
            let mut values: Vec<String> = Vec::new();
            for (value, _) in all.iter().rev() {
                let shown = match value {
                    Value::Scalar(value) => text::shown(field, value),
                    Value::Object(_) => continue,
                };
                if !values.contains(&shown) {
                    values.push(shown);
                }
            }
            if values.len() > 1 {
                self.issue(IssueCode::Conflict, key, Some(field), values);
            }
        }
    }

    fn issue(&mut self, code: IssueCode, key: &str, field: Option<&str>, values: Vec<String>) {
        self.issues.push(Issue {
            code,
            key: key.to_owned(),
            field: field.map(str::to_owned),
            values,
        });
    }

    /// All entries of one kind that stand, by key.
    fn all<E: Entry>(&mut self) -> Vec<E> {
        let prefix = format!("{}:", E::KIND);
        let mut values = Vec::new();
        for (key, raw) in self.entries.range_mut(prefix.clone()..) {
            let Some(id) = key.strip_prefix(&prefix) else {
                break;
            };
            raw.read = true;
            let removed = raw.fields.remove(REMOVED_AT);
            if !matches!(removed, None | Some(ScalarValue::Null)) {
                continue;
            }
            let mut reader = FieldReader::new(key, raw.author, &raw.fields, &mut self.issues);
            let value = E::read(id, &mut reader);
            reader.finish(E::FAMILY);
            match value {
                Some(value) => values.push(value),
                None => self.issues.push(Issue {
                    code: IssueCode::OddValue,
                    key: key.clone(),
                    field: None,
                    values: Vec::new(),
                }),
            }
        }
        values
    }

    /// The issues, with those of entries nobody read.
    fn finish(mut self) -> Vec<Issue> {
        for (key, raw) in &self.entries {
            if !raw.read {
                self.issues.push(Issue {
                    code: IssueCode::UnknownKey,
                    key: key.clone(),
                    field: None,
                    values: Vec::new(),
                });
            }
        }
        self.issues.sort_unstable();
        self.issues
    }
}

/// The device whose change made this entry.
fn author(entry: &ObjId) -> DeviceId {
    match entry {
        ObjId::Id(_, actor, _) => Actor::from_slice(actor.to_bytes()),
        ObjId::Root => None,
    }
    .map_or(DeviceId::from_bytes([0; 16]), |actor| actor.device())
}
