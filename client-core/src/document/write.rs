//! Writing the model into a document: only what differs, never a delete.

use super::copies::EntryCopy;
use super::entry::Entry;
use super::fields::{FieldReader, Fields};
use super::plan::Perimeter;
use super::read::entry_fields;
use super::review::ReadMark;
use super::round::{KeyedDeparture, STREET};
use super::schema::{SCHEMA_VERSION, creation_fields, kind, value_cap_bytes};
use super::text;
use crate::model::{
    Adjudication, AdjudicationId, Assignment, Campaign, Closure, Correction, CorrectionId,
    Decision, DecisionId, Departure, DepartureId, DeviceId, Observation, ObservationId, RoundKey,
    Sector, SectorId, Site, SiteId, Team, TeamId, TimestampMs, Withdrawal, Zone, ZoneId,
};
use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ReadDoc, ScalarValue, Value};

/// Set on an entry of the plan that was removed; the entry stays.
pub(super) const REMOVED_AT: &str = "removed_at";

/// Why automerge's writing calls cannot fail here.
const OWN_MAP: &str = "the map was found or made in this transaction";

/// Writes entries within one change.
///
/// Writing an entry again changes only the fields whose value differs from what is read today, so
/// that two tablets editing one observation keep both edits. Texts are cut to their cap.
pub struct Writer<'a> {
    transaction: Transaction<'a>,
    objects: ObjId,
    at: TimestampMs,
}

impl<'a> Writer<'a> {
    pub(super) fn new(transaction: Transaction<'a>, objects: ObjId, at: TimestampMs) -> Self {
        Self {
            transaction,
            objects,
            at,
        }
    }

    pub(super) fn into_transaction(self) -> Transaction<'a> {
        self.transaction
    }

    /// One tablet's start of the round; written once, never changed. Its streets are left as they are.
    pub fn put_departure(&mut self, key: &RoundKey, departure: &Departure) {
        self.put(&KeyedDeparture {
            key: Some(*key),
            departure: departure.clone(),
        });
    }

    /// A street is declared walked, or is not after all, in a departure that exists.
    pub fn mark_street(&mut self, departure: DepartureId, street: &str, walked: bool) {
        let field = format!("{STREET}{street}");
        self.set(
            kind::DEPARTURE,
            &departure,
            &field,
            ScalarValue::Boolean(walked),
        );
    }

    /// One tablet's end of the round.
    pub fn put_closure(&mut self, closure: &Closure) {
        self.put(closure);
    }

    /// An observation, new or edited.
    pub fn put_observation(&mut self, observation: &Observation) {
        self.put(observation);
    }

    /// Takes an observation back, or up again.
    pub fn withdraw(&mut self, observation: ObservationId, withdrawal: Option<Withdrawal>) {
        let value = withdrawal.map_or(ScalarValue::Null, |w| text::withdrawal(&w).into());
        self.set(kind::OBSERVATION, &observation, "withdrawn", value);
    }

    /// The campaign's own fields.
    pub fn put_campaign(&mut self, campaign: &Campaign) {
        self.put(campaign);
    }

    /// Codes of the communes of the perimeter; replaces the former list.
    pub fn put_perimeter(&mut self, codes: &[String]) {
        self.put(&Perimeter(codes.to_vec()));
    }

    /// A zone, new, edited or taken up again.
    pub fn put_zone(&mut self, zone: &Zone) {
        self.put(zone);
    }

    /// A sector, new, edited or taken up again. Its boundary must fit
    /// ([`super::boundary_fits`]), otherwise the gate refuses the change.
    pub fn put_sector(&mut self, sector: &Sector) {
        self.put(sector);
    }

    /// A team, new, edited or taken up again.
    pub fn put_team(&mut self, team: &Team) {
        self.put(team);
    }

    /// Sends a team to a sector for a night.
    pub fn put_assignment(&mut self, assignment: &Assignment) {
        self.put(assignment);
    }

    /// A known place, in a brief.
    pub fn put_site(&mut self, site: &Site) {
        self.put(site);
    }

    /// Takes a zone out of the plan.
    pub fn remove_zone(&mut self, id: ZoneId) {
        self.remove(kind::ZONE, &id);
    }

    /// Takes a sector out of the plan.
    pub fn remove_sector(&mut self, id: SectorId) {
        self.remove(kind::SECTOR, &id);
    }

    /// Takes a team out of the plan.
    pub fn remove_team(&mut self, id: TeamId) {
        self.remove(kind::TEAM, &id);
    }

    /// Calls a team back from a sector.
    pub fn remove_assignment(&mut self, assignment: &Assignment) {
        self.remove(kind::ASSIGNMENT, &assignment.id());
    }

    /// Takes a known place out of a brief.
    pub fn remove_site(&mut self, id: SiteId) {
        self.remove(kind::SITE, &id);
    }

    /// A coordinator's decision; written once, then only undone.
    pub fn put_decision(&mut self, decision: &Decision) {
        self.put(decision);
    }

    /// A decision has no effect any more.
    pub fn undo_decision(&mut self, id: DecisionId, at: TimestampMs) {
        self.undo(kind::DECISION, &id, at);
    }

    /// A ruling on a doubtful observation; written once, then only undone.
    pub fn put_adjudication(&mut self, adjudication: &Adjudication) {
        self.put(adjudication);
    }

    /// A ruling has no effect any more.
    pub fn undo_adjudication(&mut self, id: AdjudicationId, at: TimestampMs) {
        self.undo(kind::ADJUDICATION, &id, at);
    }

    /// A correction of an observation's place or sector; written once, then only undone.
    pub fn put_correction(&mut self, correction: &Correction) {
        self.put(correction);
    }

    /// A correction has no effect any more.
    pub fn undo_correction(&mut self, id: CorrectionId, at: TimestampMs) {
        self.undo(kind::CORRECTION, &id, at);
    }

    /// The coordination has read these; at most [`super::READ_MARKS_PER_CHANGE`] in one change.
    /// A mark that stands moves to the new instant: what was edited since is read again.
    pub fn mark_read(&mut self, observations: &[ObservationId], at: TimestampMs) {
        for &observation in observations {
            self.put(&ReadMark { observation, at });
        }
    }

    /// Settles a conflict: the value that is read now is written over the others.
    pub fn settle(&mut self, key: &str, field: &str) {
        if let Some(entry) = self.entry(key)
            && let Some(value) = entry_fields(&self.transaction, &entry).remove(field)
        {
            self.write(&entry, field, value);
        }
    }

    /// An entry of another document, field by field as it stands there.
    pub fn put_copy(&mut self, copy: &EntryCopy) {
        self.put_fields(&copy.key, &copy.fields, true);
    }

    /// Fields of an entry, as they are: those of newer versions too. An entry that is not here yet is
    /// made, or left out.
    pub(crate) fn put_fields(&mut self, key: &str, fields: &Fields, make: bool) {
        let (entry, current) = if let Some(entry) = self.entry(key) {
            let current = entry_fields(&self.transaction, &entry);
            (entry, current)
        } else if make {
            let made = self
                .transaction
                .put_object(&self.objects, key, ObjType::Map)
                .expect(OWN_MAP);
            (made, Fields::new())
        } else {
            return;
        };
        for (field, value) in fields {
            if current.get(field).unwrap_or(&ScalarValue::Null) != value {
                self.write(&entry, field, value.clone());
            }
        }
    }

    fn remove(&mut self, kind: &str, id: &impl ToString) {
        self.set(kind, id, REMOVED_AT, ScalarValue::Timestamp(self.at));
    }

    fn undo(&mut self, kind: &str, id: &impl ToString, at: TimestampMs) {
        self.set(kind, id, "undone_at", ScalarValue::Timestamp(at));
    }

    /// Writes one field of an entry that exists, where it differs.
    fn set(&mut self, kind: &str, id: &impl ToString, field: &str, value: ScalarValue) {
        let Some(entry) = self.entry(&format!("{kind}:{}", id.to_string())) else {
            return;
        };
        let current = entry_fields(&self.transaction, &entry);
        let current = current.get(field).unwrap_or(&ScalarValue::Null);
        let removed_again = field == REMOVED_AT && *current != ScalarValue::Null;
        if *current != value && !removed_again {
            self.write(&entry, field, value);
        }
    }

    fn put<E: Entry>(&mut self, value: &E) {
        let key = value.key();
        let after = value.fields();
        let Some(entry) = self.entry(&key) else {
            let entry = self
                .transaction
                .put_object(&self.objects, &key, ObjType::Map)
                .expect(OWN_MAP);
            self.write(&entry, "v", ScalarValue::Int(SCHEMA_VERSION));
            for (field, value) in after {
                self.write(&entry, &field, capped(&key, &field, value));
            }
            return;
        };
        let current = entry_fields(&self.transaction, &entry);
        let before = reread::<E>(&key, &current);
        let fixed = creation_fields(&key);
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for field in names {
            let value = after.get(field).cloned().unwrap_or(ScalarValue::Null);
            let value = capped(&key, field, value);
            let was = before.get(field).unwrap_or(&ScalarValue::Null);
            if *was != value && !fixed.contains(&field.as_str()) {
                self.write(&entry, field, value);
            }
        }
        if !matches!(current.get(REMOVED_AT), None | Some(ScalarValue::Null)) {
            self.write(&entry, REMOVED_AT, ScalarValue::Null);
        }
    }

    fn entry(&self, key: &str) -> Option<ObjId> {
        match self.transaction.get(&self.objects, key).ok()?? {
            (Value::Object(ObjType::Map), entry) => Some(entry),
            _ => None,
        }
    }

    fn write(&mut self, entry: &ObjId, field: &str, value: ScalarValue) {
        self.transaction.put(entry, field, value).expect(OWN_MAP);
    }
}

/// What an entry's fields are once read and written again: what this version cannot read is left
/// out, and therefore left alone.
fn reread<E: Entry>(key: &str, current: &Fields) -> Fields {
    let id = key.split_once(':').map_or(key, |(_, id)| id);
    let mut issues = Vec::new();
    let nobody = DeviceId::from_bytes([0; 16]);
    let mut reader = FieldReader::new(key, nobody, current, &mut issues);
    E::read(id, &mut reader).map_or_else(Fields::new, |entry| entry.fields())
}

/// A value cut to what the gate lets through; a boundary is never cut, it would be another one.
fn capped(key: &str, field: &str, value: ScalarValue) -> ScalarValue {
    match value {
        ScalarValue::Str(long) if field != "boundary" => {
            text::cut(&long, value_cap_bytes(key, field)).into()
        }
        value => value,
    }
}
