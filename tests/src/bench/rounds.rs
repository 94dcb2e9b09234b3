//! Rounds of 30 observations with 25 fields each, one change per saved form.

use maraude_core::document::{Actor, Document, DocumentName, document_id};
use maraude_core::model::{
    Answer, AnswerValue, Answers, CampaignId, Certainty, Contact, Coordinates, Departure,
    DepartureId, DeviceId, DocumentId, HeadCount, Night, Observation, ObservationId,
    ObservationKind, Position, PositionSource, RoundKey, SectorId, Stamp, TeamId,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

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

/// The rounds of one connection.
pub fn build(
    campaign: CampaignId,
    device: DeviceId,
    team: TeamId,
    count: u32,
    seed: u64,
) -> Vec<BuiltRound> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| one(campaign, device, team, &mut rng))
        .collect()
}

fn one(campaign: CampaignId, device: DeviceId, team: TeamId, rng: &mut ChaCha20Rng) -> BuiltRound {
    let key = RoundKey {
        campaign,
        team,
        sector: Some(SectorId::from_random(bytes(rng))),
        night: Night::of(1_769_115_600_000, 60),
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
    };
    let mut changes = Vec::new();
    changes.extend(document.commit(at, |w| w.put_departure(&key, &departure)));
    for _ in 0..OBSERVATIONS {
        at += 240_000;
        let observation = observation(device, at, rng);
        changes.extend(document.commit(at, |w| w.put_observation(&observation)));
    }
    let name = DocumentName::Round { key };
    let changes = changes.into_iter().map(|change| change.bytes).collect();
    BuiltRound {
        document: document_id(&name),
        name,
        changes,
    }
}

fn bytes(rng: &mut ChaCha20Rng) -> [u8; 16] {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes
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
