//! What remains to be sent as a file, and the files of other tablets taken on as a courier.
//!
//! Works locked or not: it moves sealed envelopes, and must never need a key.

use super::Tablet;
use super::carriage::{Carried, Origin};
use super::effect::Effect;
use super::encoding::{from_base64, to_base64, to_hex};
use super::job::{After, Job};
use super::outbox::Line;
use super::store::Staged;
use crate::model::{CampaignId, Night};
use crate::sync::envelope::{envelope_hash, peek};
use crate::sync::{RESCUE_SUFFIX, Rescue};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Tablet {
    /// Gives everything that waits, own and carried, as a file; one per campaign, and a tablet
    /// that was enrolled anew holds the work of two.
    pub(super) fn save_outbox(&mut self) {
        let files = self.rescues();
        if files.is_empty() {
            return self.say_good("rescue-nothing");
        }
        let mut pieces = 0;
        for rescue in files {
            pieces += rescue.envelopes.len();
            self.give_file(&rescue.to_bytes());
        }
        self.say_good_about("rescue-made", &pieces.to_string());
    }

    /// Everything that waits, own and carried, by campaign.
    pub(super) fn rescues(&self) -> Vec<Rescue> {
        let Some(credentials) = &self.state.device.credentials else {
            return Vec::new();
        };
        let outbox = &self.state.outbox;
        let own = outbox.waiting.iter().map(|waiting| &waiting.bytes);
        let carried = outbox.carriage.waiting().map(|carried| &carried.bytes);
        let mut files: BTreeMap<CampaignId, Vec<Vec<u8>>> = BTreeMap::new();
        for bytes in carried.chain(own) {
            if let Ok(header) = peek(bytes) {
                let envelopes = files.entry(header.campaign).or_default();
                envelopes.push(bytes.to_vec());
            }
        }
        let files = files.into_iter();
        files
            .map(|(campaign, envelopes)| Rescue {
                campaign,
                device: credentials.enrolment.device,
                label: credentials.enrolment.label.clone(),
                made_at: self.now,
                envelopes,
            })
            .collect()
    }

    /// Hands bytes to the person as a file named after this tablet.
    pub(super) fn give_file(&mut self, bytes: &[u8]) {
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let night = Night::of(self.now, 0);
        let mark = to_hex(&envelope_hash(bytes)[..2]);
        let label = plain_letters(&credentials.enrolment.label);
        self.effects.push(Effect::GiveFile {
            name: format!("maraude-{label}-{night}-{mark}{RESCUE_SUFFIX}"),
            bytes: to_base64(bytes),
        });
    }

    /// Takes on the file of another tablet of the campaign: all of it or nothing.
    pub(super) fn carry(&mut self, file: &str) {
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let campaign = credentials.enrolment.campaign;
        let bytes = from_base64(file).unwrap_or_default();
        match Rescue::parse(&bytes, campaign) {
            Ok(rescue) => self.jobs.push_back(Job::Carry(Box::new(rescue))),
            Err(error) => self.say_problem(error.code(), error.place().as_deref()),
        }
    }

    pub(super) fn take_on(&mut self, rescue: Rescue) -> Option<Staged> {
        let label = rescue.label.clone();
        let lines = self.taking_on(rescue);
        if lines.is_empty() {
            self.say_good_about("rescue-known", &label);
            return None;
        }
        let mut staged = Staged::new(self.state.clone(), After::TakenOn(lines.len() - 1));
        staged.write_outbox(lines);
        Some(staged)
    }

    /// The lines that take on what is not known here yet, after one that tells of whom.
    pub(super) fn taking_on(&self, rescue: Rescue) -> Vec<Line> {
        let outbox = &self.state.outbox;
        let mut fresh = BTreeSet::new();
        let mut lines = Vec::new();
        for bytes in rescue.envelopes {
            let envelope = to_hex(&envelope_hash(&bytes));
            let known = outbox.carriage.has(&envelope)
                || outbox.waiting.iter().any(|own| own.envelope == envelope);
            if known || !fresh.insert(envelope.clone()) {
                continue;
            }
            lines.push(Line::Carried(Carried {
                envelope,
                from: rescue.device,
                at: self.now,
                refused: None,
                settled_at: None,
                bytes: Arc::new(bytes),
            }));
        }
        if lines.is_empty() {
            return lines;
        }
        let origin = outbox.carriage.origins.get(&rescue.device);
        lines.insert(
            0,
            Line::Origin {
                device: rescue.device,
                origin: Origin {
                    label: rescue.label,
                    ..origin.cloned().unwrap_or_default()
                },
            },
        );
        lines
    }

    pub(super) fn taken_on(&mut self, number: usize) {
        self.say_good_about("rescue-carried", &number.to_string());
        self.exchange_now();
    }

    pub(super) fn say_good_about(&mut self, code: &str, detail: &str) {
        self.say(super::Tone::Good, code, Some(detail), None);
    }
}

/// A label as part of a file's name anywhere.
fn plain_letters(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    label.chars().take(24).map(plain).collect()
}
