//! What was recorded of one sector in one night more than once: by a tablet and on paper, by a
//! tablet that had died and the one that went on, by the team sent there and another one.
//!
//! Such strands are never added up unless a coordinator said so. It must never decide which counts:
//! it tells which one does meanwhile, and that somebody has to decide.

use super::lines::rulings;
use super::{View, ViewError};
use maraude_core::model::{
    DeviceId, DocumentId, Night, ObservationId, Round, RoundKey, Ruling, SectorId, TeamId,
    TimestampMs,
};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, params};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What paper says stands in a round of its own, whose `reissue` begins here: no tablet derives it,
/// so that none is handed what somebody keyed in.
pub const PAPER_REISSUE: u32 = 1 << 31;

/// What a strand was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrandSource {
    /// The tablets of a team.
    Tablets,
    /// One tablet of a team that others took over from.
    Tablet(DeviceId),
    /// Paper sheets, keyed in.
    Paper,
}

/// Whether what a strand holds is in the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// It is.
    #[default]
    Counted,
    /// Not until a coordinator decides: another strand of its sector and night is.
    Waiting,
    /// A coordinator ruled it out.
    RuledOut,
}

/// What one team recorded of one sector in one night, by one means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strand {
    /// Under which rulings name it: UUIDv8 of SHA-256(`maraude/strand/1` ‖ team ‖ sector ‖ night ‖
    /// source ‖ tablet), whatever document it stands in.
    pub id: ObservationId,
    /// Its document.
    pub document: DocumentId,
    /// The team.
    pub team: TeamId,
    /// What it was written with.
    pub source: StrandSource,
    /// Tablets that wrote it, or the server.
    pub devices: Vec<DeviceId>,
    /// When its first entry reached the server (server clock).
    pub arrived_at: TimestampMs,
    /// When its first people were seen (device clock).
    pub first_at: TimestampMs,
    /// When its last people were seen (device clock).
    pub last_at: TimestampMs,
    /// The round was closed (device clock).
    pub closed_at: Option<TimestampMs>,
    /// Whether it is in the figure.
    pub standing: Standing,
    /// A coordinator ruled on it.
    pub ruled: bool,
}

impl Strand {
    /// Whether what a device wrote in a document is of it.
    pub fn holds(&self, document: DocumentId, device: DeviceId) -> bool {
        self.document == document && self.devices.contains(&device)
    }
}

/// A sector recorded more than once in a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The sector.
    pub sector: SectorId,
    /// The night.
    pub night: Night,
    /// What was recorded, in the order it reached the server.
    pub strands: Vec<Strand>,
}

impl Overlap {
    /// Somebody has to decide.
    pub fn waits(&self) -> bool {
        let mut strands = self.strands.iter();
        strands.any(|strand| strand.standing == Standing::Waiting)
    }
}

/// What one tablet, or the server for paper, wrote in one round.
#[derive(Debug, Clone)]
struct Part {
    document: DocumentId,
    team: TeamId,
    sector: SectorId,
    night: Night,
    paper: bool,
    planned: bool,
    device: DeviceId,
    arrived_at: TimestampMs,
    first_at: TimestampMs,
    last_at: TimestampMs,
    closed_at: Option<TimestampMs>,
    /// Another tablet took the running round over from this one, with all it had recorded.
    handed_over: bool,
}

/// Replaces the parts of a round: what each tablet wrote in it, with when it first arrived.
pub(super) fn put(
    t: &Transaction<'_>,
    key: &RoundKey,
    round: &Round,
    arrived: &dyn Fn(ObservationId) -> TimestampMs,
) -> Result<(), ViewError> {
    let Some(sector) = key.sector else {
        return Ok(());
    };
    let mut parts: BTreeMap<DeviceId, [TimestampMs; 3]> = BTreeMap::new();
    for observation in round.observations.iter().filter(|o| o.stands()) {
        let (arrived_at, at) = (arrived(observation.id), observation.observed_at);
        let [first, from, to] = parts
            .entry(observation.created.device)
            .or_insert([arrived_at, at, at]);
        *first = (*first).min(arrived_at);
        *from = (*from).min(at);
        *to = (*to).max(at);
    }
    let mut insert = t.prepare_cached(
        "INSERT INTO strand (document, device, team, sector, night, paper, arrived_at, first_at,
             last_at, handed_over) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let left: BTreeSet<DeviceId> = (round.departures.iter())
        .filter_map(|departure| departure.took_over_from)
        .collect();
    for (device, [arrived_at, first_at, last_at]) in parts {
        insert.execute(params![
            round.document.as_bytes(),
            device.as_bytes(),
            key.team.as_bytes(),
            sector.as_bytes(),
            key.night.to_string(),
            key.reissue >= PAPER_REISSUE,
            arrived_at,
            first_at,
            last_at,
            left.contains(&device),
        ])?;
    }
    Ok(())
}

/// Which parts are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Everything,
    Night(Night),
    Observation(ObservationId),
}

fn parts(connection: &Connection, of: Of) -> Result<Vec<Part>, ViewError> {
    let (clause, value): (&str, rusqlite::types::Value) = match of {
        Of::Everything => ("?1 IS NULL", rusqlite::types::Value::Null),
        Of::Night(night) => ("s.night = ?1", night.to_string().into()),
        Of::Observation(id) => (
            "(s.night, s.sector) IN (SELECT r.night, r.sector FROM observation o
                 JOIN round r ON r.document = o.document WHERE o.id = ?1)",
            id.as_bytes().to_vec().into(),
        ),
    };
    let mut query = connection.prepare_cached(&format!(
        "SELECT s.document, s.team, s.sector, s.night, s.paper, s.device, s.arrived_at, s.first_at,
             s.last_at, s.handed_over, round.closed_at,
             EXISTS (SELECT 1 FROM assignment a WHERE a.team = s.team AND a.night = s.night
                 AND a.sector = s.sector)
         FROM strand s JOIN round ON round.document = s.document
         WHERE {clause} ORDER BY s.night, s.sector, s.document, s.device"
    ))?;
    let rows = query.query_map([value], |row| {
        Ok(Part {
            document: DocumentId::from_bytes(row.get(0)?),
            team: TeamId::from_bytes(row.get(1)?),
            sector: SectorId::from_bytes(row.get(2)?),
            night: night(row, 3)?,
            paper: row.get(4)?,
            device: DeviceId::from_bytes(row.get(5)?),
            arrived_at: row.get(6)?,
            first_at: row.get(7)?,
            last_at: row.get(8)?,
            handed_over: row.get(9)?,
            closed_at: row.get(10)?,
            planned: row.get(11)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn night(row: &Row<'_>, column: usize) -> rusqlite::Result<Night> {
    let text: String = row.get(column)?;
    serde_json::from_value(text.into()).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// What was recorded of sectors: how it stands can be told under other rulings than today's.
#[derive(Debug, Clone, Default)]
pub struct Strands {
    parts: Vec<Part>,
    names: BTreeMap<ObservationId, StrandName>,
}

/// What a ruling's identifier says of a strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrandName {
    /// The team.
    pub team: TeamId,
    /// The sector.
    pub sector: SectorId,
    /// The night.
    pub night: Night,
    /// What it was written with.
    pub source: StrandSource,
}

impl Strands {
    fn of(parts: Vec<Part>) -> Self {
        let named = |part: &Part| {
            let of = |source| StrandName {
                team: part.team,
                sector: part.sector,
                night: part.night,
                source,
            };
            [
                StrandSource::Tablets,
                StrandSource::Paper,
                StrandSource::Tablet(part.device),
            ]
            .map(|source| (strand_id(part, source), of(source)))
        };
        Self {
            names: parts.iter().flat_map(named).collect(),
            parts,
        }
    }

    /// The strand that a ruling under this identifier is on, where it is on one.
    pub fn named(&self, id: ObservationId) -> Option<StrandName> {
        self.names.get(&id).copied()
    }

    /// How each stands under these rulings, which are on strands or on anything else.
    pub fn standings(&self, rulings: &BTreeMap<ObservationId, Ruling>) -> Standings {
        Standings::of_all(overlaps(&self.parts, rulings))
    }
}

impl View {
    /// All that was recorded of sectors.
    pub fn strands(&self) -> Result<Strands, ViewError> {
        self.read(|connection| Ok(Strands::of(parts(connection, Of::Everything)?)))
    }

    /// Sectors recorded more than once, of one night or of all.
    pub fn overlaps(&self, of: Option<Night>) -> Result<Vec<Overlap>, ViewError> {
        let of = of.map_or(Of::Everything, Of::Night);
        self.read(|connection| Ok(overlaps(&parts(connection, of)?, &rulings(connection)?)))
    }
}

/// Standings of lines that are not simply counted.
pub struct Standings(BTreeMap<(DocumentId, DeviceId), Standing>);

impl Standings {
    pub(super) fn read(
        connection: &Connection,
        of: Of,
        rulings: &BTreeMap<ObservationId, Ruling>,
    ) -> Result<Self, ViewError> {
        Ok(Self::of_all(overlaps(&parts(connection, of)?, rulings)))
    }

    fn of_all(overlaps: Vec<Overlap>) -> Self {
        let strands = overlaps.into_iter().flat_map(|overlap| overlap.strands);
        let each = strands.flat_map(|strand| {
            let devices = strand.devices.into_iter();
            devices.map(move |device| ((strand.document, device), strand.standing))
        });
        Self(each.collect())
    }

    /// Of what a device wrote in a document.
    pub fn of(&self, document: DocumentId, device: DeviceId) -> Standing {
        let standing = self.0.get(&(document, device)).copied();
        standing.unwrap_or_default()
    }
}

fn overlaps(parts: &[Part], rulings: &BTreeMap<ObservationId, Ruling>) -> Vec<Overlap> {
    let of_sectors = parts.chunk_by(|a, b| (a.night, a.sector) == (b.night, b.sector));
    let found = of_sectors
        .filter(|parts| parts.len() > 1)
        .map(|parts| Overlap {
            sector: parts[0].sector,
            night: parts[0].night,
            strands: told_apart(parts, rulings),
        });
    found
        .filter(|overlap| !overlap.strands.is_empty())
        .collect()
}

/// The strands of one sector and night that rival another, or that somebody ruled on.
fn told_apart(parts: &[Part], rulings: &BTreeMap<ObservationId, Ruling>) -> Vec<Strand> {
    let mut strands: Vec<Strand> = Vec::new();
    for of_round in parts.chunk_by(|a, b| a.document == b.document) {
        strands.extend(strands_of(of_round, rulings));
    }
    strands.sort_by_key(|strand| (strand.arrived_at, strand.id));
    let planned: BTreeSet<TeamId> = parts.iter().filter(|p| p.planned).map(|p| p.team).collect();
    let mut rivals = vec![BTreeSet::new(); strands.len()];
    for later in 0..strands.len() {
        for earlier in 0..later {
            if are_rivals(&strands[earlier], &strands[later], &planned) {
                rivals[later].insert(earlier);
                rivals[earlier].insert(later);
            }
        }
    }
    let ruling = |strand: &Strand| match rulings.get(&strand.id) {
        Some(Ruling::Count) => Some(Standing::Counted),
        Some(Ruling::DoNotCount) => Some(Standing::RuledOut),
        Some(Ruling::AskTeam) | None => None,
    };
    for at in 0..strands.len() {
        let ruled = ruling(&strands[at]);
        let other_counts = |other: &usize| {
            let before = *other < at && strands[*other].standing == Standing::Counted;
            before || ruling(&strands[*other]) == Some(Standing::Counted)
        };
        let waits = rivals[at].iter().any(other_counts);
        strands[at].ruled = ruled.is_some();
        strands[at].standing = match ruled {
            Some(standing) => standing,
            None if waits => Standing::Waiting,
            None => Standing::Counted,
        };
    }
    let mut at = 0;
    strands.retain(|strand| {
        at += 1;
        strand.ruled || !rivals[at - 1].is_empty()
    });
    strands
}

/// One strand for all tablets of a round that walked together, one for each that others took over
/// from, one for paper.
fn strands_of(parts: &[Part], rulings: &BTreeMap<ObservationId, Ruling>) -> Vec<Strand> {
    let mut strands = Vec::new();
    let mut together: Vec<&Part> = Vec::new();
    for part in parts {
        let alone = strand(&[part], StrandSource::Tablet(part.device));
        let left = parts.len() > 1 && !part.paper;
        if left && (rulings.contains_key(&alone.id) || was_replaced(part, parts)) {
            strands.push(alone);
        } else {
            together.push(part);
        }
    }
    if let Some(first) = together.first() {
        let source = if first.paper {
            StrandSource::Paper
        } else {
            StrandSource::Tablets
        };
        strands.push(strand(&together, source));
    }
    strands
}

/// A tablet that wrote its last before the others of the team wrote their first, and whose entries
/// came when the round had been closed: it had died, and the team went on with another. One that handed
/// the round over did not: who took it saw what it had recorded, and went on from there.
fn was_replaced(part: &Part, parts: &[Part]) -> bool {
    if part.handed_over {
        return false;
    }
    let others = parts.iter().filter(|other| other.device != part.device);
    let next = others.map(|other| other.first_at).min();
    next.is_some_and(|next| part.last_at < next)
        && part.closed_at.is_some_and(|at| part.arrived_at > at)
}

fn strand(parts: &[&Part], source: StrandSource) -> Strand {
    let first = parts[0];
    Strand {
        id: strand_id(first, source),
        document: first.document,
        team: first.team,
        source,
        devices: parts.iter().map(|part| part.device).collect(),
        arrived_at: parts.iter().map(|p| p.arrived_at).min().unwrap_or(0),
        first_at: parts.iter().map(|p| p.first_at).min().unwrap_or(0),
        last_at: parts.iter().map(|p| p.last_at).max().unwrap_or(0),
        closed_at: first.closed_at,
        standing: Standing::Counted,
        ruled: false,
    }
}

fn strand_id(of: &Part, source: StrandSource) -> ObservationId {
    let mut hash = Sha256::new();
    hash.update(b"maraude/strand/1");
    hash.update(of.team.as_bytes());
    hash.update(of.sector.as_bytes());
    hash.update(of.night.to_string());
    match source {
        StrandSource::Tablets => hash.update([0]),
        StrandSource::Paper => hash.update([1]),
        StrandSource::Tablet(device) => {
            hash.update([2]);
            hash.update(device.as_bytes());
        }
    }
    derived(hash)
}

/// An identifier that derives from what was hashed: UUIDv8.
pub fn derived(hash: Sha256) -> ObservationId {
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ObservationId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Whether two strands may hold the same people. Two teams that the plan sends to one sector may
/// not: each walks its part of it, and linkage finds whom both met.
fn are_rivals(earlier: &Strand, later: &Strand, planned: &BTreeSet<TeamId>) -> bool {
    if earlier.team == later.team {
        return true;
    }
    if planned.contains(&earlier.team) && planned.contains(&later.team) {
        return false;
    }
    let paper = |strand: &Strand| strand.source == StrandSource::Paper;
    let over = |at: TimestampMs| later.arrived_at > at;
    paper(earlier) || paper(later) || earlier.closed_at.is_some_and(over)
}
