//! Rounds of 30 observations with 25 fields each, one change per saved form or per field.

use maraude_core::document::{Actor, Document, DocumentName, document_id};
use maraude_core::model::{
    Answer, AnswerValue, Answers, CampaignId, Certainty, Contact, Coordinates, Departure,
    DepartureId, DeviceId, DocumentId, HeadCount, Night, Observation, ObservationId,
    ObservationKind, Position, PositionSource, RoundKey, SectorId, Stamp, TeamId,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::ops::Range;

/// Observations of a round.
pub const OBSERVATIONS: u32 = 30;

/// A round ready to be pushed.
pub struct BuiltRound {
    /// What it derives from.
    pub name: DocumentName,
    /// Its document.
    pub document: DocumentId,
    /// Its changes in causal order, the first change left out.
    pub changes: Vec<Vec<u8>>,
}

/// How much one change holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A saved form: one change for each observation.
    Form,
    /// A field: 25 for each observation, its creation, its 12 answers, and these corrected.
    Field,
}

/// Whose rounds they are.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The campaign.
    pub campaign: CampaignId,
    /// The tablet.
    pub device: DeviceId,
    /// Its team.
    pub team: TeamId,
}

/// The night of all rounds.
pub fn night() -> Night {
    Night::of(1_769_115_600_000, 60)
}

/// A sector by its number.
pub fn sector(number: u32) -> SectorId {
    let mut bytes = [0x5e; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    SectorId::from_random(bytes)
}

/// The rounds of one tablet, one for each sector.
pub fn build(author: Author, sectors: Range<u32>, grain: Grain, seed: u64) -> Vec<BuiltRound> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    sectors
        .map(|number| one(author, sector(number), OBSERVATIONS, grain, &mut rng))
        .collect()
}

/// A round of so many observations.
pub fn one(
    author: Author,
    sector: SectorId,
    observations: u32,
    grain: Grain,
    rng: &mut ChaCha20Rng,
) -> BuiltRound {
    let device = author.device;
    let key = RoundKey {
        campaign: author.campaign,
        team: author.team,
        sector: Some(sector),
        night: night(),
        reissue: 0,
    };
    let mut actor = [0; 8];
    rng.fill_bytes(&mut actor);
    let mut document = Document::new(Actor::new(device, actor));
    let mut at = 1_769_115_600_000;
    let stamp = Stamp { device, at };
    let departure = Departure {
        id: DepartureId::from_random(bytes(rng)),
        stamp,
        warnings: Vec::new(),
        took_over_from: None,
        walked: Vec::new(),
    };
    let mut changes = Vec::new();
    changes.extend(document.commit(at, |w| w.put_departure(&key, &departure)));
    for _ in 0..observations {
        at += 240_000;
        let observation = observation(device, at, rng);
        for state in states(&observation, grain) {
            changes.extend(document.commit(at, |w| w.put_observation(&state)));
        }
    }
    let name = DocumentName::Round { key };
    let changes = changes.into_iter().map(|change| change.bytes).collect();
    BuiltRound {
        document: document_id(&name),
        name,
        changes,
    }
}

/// An observation as it is saved, time after time.
fn states(observation: &Observation, grain: Grain) -> Vec<Observation> {
    if grain == Grain::Form {
        return vec![observation.clone()];
    }
    let mut state = observation.clone();
    state.answers = Answers::new();
    let mut states = vec![state.clone()];
    for corrected in [true, false] {
        for (name, answer) in &observation.answers {
            let first = Answer::DoesNotKnow;
            let answer = if corrected { first } else { answer.clone() };
            state.answers.insert(name.clone(), answer);
            states.push(state.clone());
        }
    }
    states
}

fn bytes(rng: &mut ChaCha20Rng) -> [u8; 16] {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// An observation of its own.
pub fn observation_of(author: Author, at: i64, rng: &mut ChaCha20Rng) -> Observation {
    observation(author.device, at, rng)
}

/// 25 fields: 13 of the observation itself and 12 answers.
fn observation(device: DeviceId, at: i64, rng: &mut ChaCha20Rng) -> Observation {
    const CHOICES: [(&str, [&str; 3]); 8] = [
        ("gender", ["m", "f", "x"]),
        ("age_band", ["25-39", "40-54", "55-69"]),
        ("household", ["alone", "couple", "family"]),
        ("language", ["fr", "ro", "ar"]),
        ("sleeping_place", ["street", "doorway", "park"]),
        ("duration", ["lt_1m", "1_3y", "gt_10y"]),
        ("already_surveyed", ["yes", "no", "no"]),
        ("shelter", ["none", "tent", "vehicle"]),
    ];
    let mut answers = Answers::new();
    for (name, choices) in CHOICES {
        let choice = choices[rng.next_u32() as usize % choices.len()];
        answers.insert(
            name.into(),
            Answer::Known(AnswerValue::Choice(choice.into())),
        );
    }
    for name in ["tents", "dogs", "bags"] {
        let number = i64::from(rng.next_u32() % 4);
        answers.insert(name.into(), Answer::Known(AnswerValue::Integer(number)));
    }
    let words = ["veste bleue", "bonnet", "chien noir", "sac rouge", "vélo"];
    let marks = words[rng.next_u32() as usize % words.len()];
    answers.insert(
        "marks".into(),
        Answer::Known(AnswerValue::Text(marks.into())),
    );
    let shift = |rng: &mut ChaCha20Rng| f64::from(rng.next_u32() % 20_000) / 1e6;
    let coordinates = Coordinates {
        longitude: 3.87 + shift(rng),
        latitude: 43.6 + shift(rng),
    };
    Observation {
        id: ObservationId::from_random(bytes(rng)),
        kind: ObservationKind::Individual,
        created: Stamp { device, at },
        observed_at: at,
        contact: Contact::Answered,
        certainty: Certainty::Certain,
        heads: HeadCount::exactly(1),
        fix: Some(Position {
            coordinates,
            accuracy_m: Some(12.0),
            source: PositionSource::Fix,
            fixed_at: Some(at),
        }),
        pin: None,
        typed_place: None,
        local_group: None,
        site: None,
        note: Some("vu près du marché".into()),
        organisation: None,
        answers,
        withdrawn: None,
        edited: None,
    }
}
