//! The sealed outbox: every saved change as an envelope only the campaign can open, and the
//! receipts that came back. It is read and sent while the tablet is locked.
//!
//! # Shape
//! `MRO` ‖ version 1 ‖ frames. A frame's payload is the length of a JSON line (u32 LE) ‖ the line ‖
//! the envelope, for a line that has one.

use super::arrival::{Arrival, Handed, Waiting};
use super::carriage::{Carriage, Carried, Origin};
use super::store::Operation;
use crate::model::{DeviceId, DocumentId, Night, TimestampMs};
use crate::vault::{frame, scan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the outbox's file.
pub(super) const OUTBOX_FILE: &str = "outbox";

const HEADER: &[u8; 4] = b"MRO\x01";
/// Lines without effect any more, after which the file is rewritten.
const COMPACT_AFTER: u32 = 200;

/// A hash in hexadecimal.
pub(super) type Hex = String;

/// One line of the outbox's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// An envelope was sealed.
    Sealed(Waiting),
    /// It is acknowledged.
    Settled {
        envelope: Hex,
        code: String,
        set_aside: u32,
        at: TimestampMs,
        received_at: TimestampMs,
    },
    /// The server refused it: kept there, or still here.
    Refused {
        envelope: Hex,
        code: String,
        kept_there: bool,
    },
    /// Its changes are in a later envelope.
    Replaced { envelope: Hex },
    /// What became of a round's entries.
    Custody {
        document: DocumentId,
        held: u32,
        read: u32,
        safe: bool,
    },
    /// The round is known, closed, opened again, handed over, or taken back.
    Round {
        document: DocumentId,
        sector: Option<String>,
        night: Night,
        closed_at: Option<TimestampMs>,
        handed: Option<Handed>,
    },
    /// A round was issued anew and the former document is forgotten here; these changes of the new
    /// one are this tablet's own, and on the server.
    Moved {
        former: DocumentId,
        document: DocumentId,
        changes: Vec<Hex>,
        at: TimestampMs,
    },
    /// The server's log is another one: what was acknowledged is to be offered again.
    NewEpoch,
    /// Where the server's log ended when it last acknowledged something, base64: given back, so
    /// that a server restored from an older copy finds out.
    LogEnd { end: String },
    /// An envelope of another tablet was taken on.
    Carried(Carried),
    /// What is known of a tablet that envelopes were carried for.
    Origin { device: DeviceId, origin: Origin },
    /// The whole of what is known of a round, after a rewriting.
    Arrival {
        document: DocumentId,
        arrival: Arrival,
    },
}

/// The outbox as its file reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Outbox {
    pub waiting: Vec<Waiting>,
    pub arrivals: BTreeMap<DocumentId, Arrival>,
    pub log_end: Option<String>,
    pub carriage: Carriage,
    started: bool,
    idle_lines: u32,
}

/// An outbox that was read.
pub(super) struct OpenedOutbox {
    pub outbox: Outbox,
    /// The file is to be cut to this length first.
    pub cut_to: Option<u32>,
    /// Regions that could not be read.
    pub damaged: u32,
}

impl OpenedOutbox {
    /// What puts a torn file right.
    pub fn repair(&self) -> Option<Operation> {
        let cut = |length| Operation::Truncate(OUTBOX_FILE.to_owned(), length);
        self.cut_to.map(cut)
    }
}

impl Outbox {
    /// Reads the outbox's file; what is damaged is passed over.
    pub fn open(file: &[u8]) -> OpenedOutbox {
        let mut outbox = Self::default();
        let found = scan(file, HEADER.len().min(file.len()));
        let mut damaged = found.damaged;
        for payload in &found.payloads {
            match read_line(&file[payload.clone()]) {
                Some(line) => outbox.apply(line),
                None => damaged += 1,
            }
        }
        outbox.started = file.len() >= HEADER.len();
        let keep = if outbox.started { found.good_length } else { 0 };
        OpenedOutbox {
            outbox,
            cut_to: (keep < file.len()).then_some(keep as u32),
            damaged,
        }
    }

    /// Takes a line in; the bytes to add at the file's end.
    pub fn note(&mut self, line: Line) -> Vec<u8> {
        let mut bytes = if self.started {
            Vec::new()
        } else {
            HEADER.to_vec()
        };
        self.started = true;
        bytes.extend(write_line(&line));
        self.apply(line);
        bytes
    }

    /// The file holds so much that has no effect any more that it should be rewritten.
    pub fn wants_compaction(&self) -> bool {
        self.idle_lines >= COMPACT_AFTER
    }

    /// The whole new file.
    pub fn rewrite(&mut self) -> Vec<u8> {
        self.idle_lines = 0;
        self.started = true;
        let arrivals = self
            .arrivals
            .iter()
            .map(|(document, arrival)| Line::Arrival {
                document: *document,
                arrival: arrival.clone(),
            });
        let waiting = self.waiting.iter().cloned().map(Line::Sealed);
        let carriage = &self.carriage;
        let origins = carriage
            .origins
            .iter()
            .map(|(device, origin)| Line::Origin {
                device: *device,
                origin: origin.clone(),
            });
        let carried = carriage.envelopes.iter().cloned().map(Line::Carried);
        let log_end = self.log_end.clone().map(|end| Line::LogEnd { end });
        let mut bytes = HEADER.to_vec();
        let lines = log_end.into_iter().chain(arrivals).chain(waiting);
        for line in lines.chain(origins).chain(carried) {
            bytes.extend(write_line(&line));
        }
        bytes
    }

    /// A change waits or is acknowledged.
    pub fn knows(&self, document: DocumentId, change: &str) -> bool {
        let waits = |waiting: &Waiting| {
            waiting.document == document && waiting.changes.iter().any(|hash| hash == change)
        };
        self.waiting.iter().any(waits)
            || self
                .arrivals
                .get(&document)
                .is_some_and(|arrival| arrival.acknowledged.contains(change))
    }

    /// Saved changes not acknowledged yet.
    pub fn unsent(&self) -> u32 {
        self.waiting
            .iter()
            .map(|waiting| waiting.changes.len() as u32)
            .sum()
    }

    /// Sealed work not acknowledged yet, that of other tablets carried here included.
    pub fn sealed_waiting(&self) -> u32 {
        self.unsent() + self.carriage.waiting().count() as u32
    }

    /// Something of a document waits.
    pub fn holds(&self, document: DocumentId) -> bool {
        self.waiting
            .iter()
            .any(|waiting| waiting.document == document)
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Sealed(waiting) => {
                self.waiting
                    .retain(|other| other.envelope != waiting.envelope);
                self.waiting.push(waiting);
            }
            Line::Settled {
                envelope,
                code,
                set_aside,
                at,
                received_at,
            } => self.settle(&envelope, set_aside, (code, at), received_at),
            Line::Refused {
                envelope,
                code,
                kept_there,
            } => self.refuse(&envelope, code, kept_there),
            Line::Replaced { envelope } => {
                self.take(&envelope);
                self.carriage.drop_one(&envelope);
            }
            Line::Carried(carried) => self.carriage.take_on(carried),
            Line::Origin { device, origin } => {
                self.carriage.origins.insert(device, origin);
            }
            Line::Custody {
                document,
                held,
                read,
                safe,
            } => {
                let arrival = self.arrivals.entry(document).or_default();
                (arrival.held, arrival.read, arrival.safe) = (held, read, safe);
                self.idle_lines += 1;
            }
            Line::Round {
                document,
                sector,
                night,
                closed_at,
                handed,
            } => {
                let arrival = self.arrivals.entry(document).or_default();
                arrival.sector = sector;
                arrival.night = Some(night);
                arrival.closed_at = closed_at;
                arrival.handed = handed;
                self.idle_lines += 1;
            }
            Line::Moved {
                former,
                document,
                changes,
                at,
            } => self.move_arrival(former, document, changes, at),
            Line::NewEpoch => self.begin_epoch(),
            Line::LogEnd { end } => {
                self.idle_lines += u32::from(self.log_end.is_some());
                self.log_end = Some(end);
            }
            Line::Arrival { document, arrival } => {
                self.arrivals.insert(document, arrival);
            }
        }
    }

    fn settle(
        &mut self,
        envelope: &str,
        set_aside: u32,
        (code, at): (String, TimestampMs),
        received_at: TimestampMs,
    ) {
        if let Some(waiting) = self.take(envelope) {
            let arrival = self.arrivals.entry(waiting.document).or_default();
            arrival.acknowledged.extend(waiting.changes);
            arrival.set_aside += set_aside;
            arrival.code = Some(code);
            arrival.at = at;
            arrival.received_at = received_at;
        } else {
            let receipt = Some((code, at));
            self.carriage.settle(envelope, receipt, received_at);
        }
    }

    fn move_arrival(
        &mut self,
        former: DocumentId,
        document: DocumentId,
        changes: Vec<Hex>,
        at: TimestampMs,
    ) {
        let before = self.arrivals.remove(&former).unwrap_or_default();
        let arrival = self.arrivals.entry(document).or_default();
        arrival.sector = before.sector.or(arrival.sector.take());
        arrival.night = before.night.or(arrival.night);
        arrival.closed_at = before.closed_at.or(arrival.closed_at);
        arrival.handed = before.handed.or(arrival.handed.take());
        arrival.code = before.code.or(arrival.code.take());
        arrival.at = before.at.max(arrival.at);
        arrival.received_at = at;
        arrival.set_aside += before.set_aside;
        arrival.acknowledged.extend(changes);
        self.idle_lines += 1;
    }

    fn begin_epoch(&mut self) {
        for arrival in self.arrivals.values_mut() {
            arrival.acknowledged.clear();
            arrival.safe = false;
        }
        self.carriage.offer_again();
        self.idle_lines += 1;
    }

    fn refuse(&mut self, envelope: &str, code: String, kept_there: bool) {
        if self.carriage.has(envelope) {
            if kept_there {
                let at = self.carried_at(envelope);
                self.carriage.settle(envelope, None, at);
            } else {
                self.carriage.refuse(envelope, code);
            }
        } else if !kept_there {
            let found = self
                .waiting
                .iter_mut()
                .find(|waiting| waiting.envelope == envelope);
            if let Some(waiting) = found {
                waiting.refused = Some(code);
            }
            self.idle_lines += 1;
        } else if let Some(waiting) = self.take(envelope) {
            let arrival = self.arrivals.entry(waiting.document).or_default();
            arrival.set_aside += waiting.changes.len() as u32;
            arrival.acknowledged.extend(waiting.changes);
        }
    }

    fn carried_at(&self, envelope: &str) -> TimestampMs {
        let mut carried = self.carriage.envelopes.iter();
        let found = carried.find(|one| one.envelope == envelope);
        found.map_or(0, |one| one.at)
    }

    fn take(&mut self, envelope: &str) -> Option<Waiting> {
        let at = self
            .waiting
            .iter()
            .position(|waiting| waiting.envelope == envelope)?;
        self.idle_lines += 2;
        Some(self.waiting.remove(at))
    }
}

fn write_line(line: &Line) -> Vec<u8> {
    let text = serde_json::to_vec(line).expect("plain values become JSON");
    let envelope = match line {
        Line::Sealed(waiting) => waiting.bytes.as_slice(),
        Line::Carried(carried) => carried.bytes.as_slice(),
        _ => &[],
    };
    let length = (text.len() as u32).to_le_bytes();
    frame(&[length.as_slice(), &text, envelope].concat())
}

fn read_line(payload: &[u8]) -> Option<Line> {
    let (length, rest) = payload.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let (text, envelope) = rest.split_at_checked(length)?;
    let mut line: Line = serde_json::from_slice(text).ok()?;
    match &mut line {
        Line::Sealed(waiting) => waiting.bytes = Arc::new(envelope.to_vec()),
        Line::Carried(carried) => carried.bytes = Arc::new(envelope.to_vec()),
        _ => {}
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(n: u8) -> Line {
        Line::Sealed(Waiting {
            envelope: format!("{n:02x}"),
            document: DocumentId::from_random([1; 16]),
            changes: vec![format!("c{n}")],
            about: Vec::new(),
            at: 1,
            refused: None,
            bytes: Arc::new(vec![n; 40]),
        })
    }

    fn settled(n: u8) -> Line {
        Line::Settled {
            envelope: format!("{n:02x}"),
            code: "AAAA-BBBB".into(),
            set_aside: 0,
            at: 5,
            received_at: 6,
        }
    }

    #[test]
    fn what_waits_and_what_arrived_read_back_after_any_cut_and_a_rewriting() {
        let mut outbox = Outbox::default();
        let mut file = Vec::new();
        let end = Line::LogEnd { end: "AAAA".into() };
        for line in [sealed(1), sealed(2), settled(1), end, sealed(3)] {
            file.extend(outbox.note(line));
        }
        let again = Outbox::open(&file).outbox;
        assert_eq!(again.waiting, outbox.waiting);
        assert_eq!(again.unsent(), 2);
        let document = DocumentId::from_random([1; 16]);
        assert!(again.knows(document, "c1") && again.knows(document, "c3"));
        assert!(!again.knows(document, "c4"));
        let torn = Outbox::open(&file[..file.len() - 3]);
        assert_eq!(torn.outbox.unsent(), 1);
        assert!(torn.cut_to.is_some());
        let rewritten = Outbox::open(&outbox.rewrite()).outbox;
        assert_eq!(rewritten.waiting, outbox.waiting);
        assert_eq!(rewritten.arrivals, outbox.arrivals);
        assert_eq!(rewritten.log_end.as_deref(), Some("AAAA"));
    }

    #[test]
    fn a_refusal_the_server_does_not_keep_stays_here() {
        let mut outbox = Outbox::default();
        outbox.note(sealed(1));
        let refused = |kept_there| Line::Refused {
            envelope: "01".into(),
            code: "envelope-key".into(),
            kept_there,
        };
        outbox.note(refused(false));
        assert_eq!(outbox.waiting[0].refused.as_deref(), Some("envelope-key"));
        outbox.note(refused(true));
        assert_eq!(outbox.unsent(), 0);
    }
}
