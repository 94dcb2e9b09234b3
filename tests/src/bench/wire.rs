//! Bytes on the wire, beside the same as JSON, gzipped.

use super::ours::{request, sealed};
use super::rounds::{Author, Grain, OBSERVATIONS, observation_of, one, sector};
use crate::enrolment::Tablet;
use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use maraude_core::document::{Actor, Document, DocumentName, RawChange};
use maraude_core::model::{Answer, AnswerValue, RoundKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::io::Write as _;

/// What one round, and one changed field, come to, bytes.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    /// A round of 30 as one request.
    pub round: usize,
    /// The same observations as JSON, gzipped.
    pub round_json: usize,
    /// An observation of its own as one request.
    pub observation: usize,
    /// One field of it changed, as one request.
    pub field: usize,
    /// Of that, the envelope: what it adds to a request that goes anyway.
    pub field_envelope: usize,
    /// That change as JSON.
    pub field_json: usize,
}

/// Measured without a server: what a tablet would send.
pub fn measure(tablet: &Tablet, author: Author) -> Result<Wire> {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let mut same = ChaCha20Rng::seed_from_u64(5);
    let round = one(author, sector(0), OBSERVATIONS, Grain::Form, &mut rng);
    let envelope = sealed(tablet, round.name, round.changes, &mut rng);
    let observations: Vec<_> = (0..i64::from(OBSERVATIONS))
        .map(|n| observation_of(author, 1_769_115_600_000 + n * 240_000, &mut same))
        .collect();
    let round_json = gzipped(&serde_json::to_vec(&observations)?)?;

    let first = observations.first().context("observations")?;
    let key = RoundKey {
        campaign: author.campaign,
        team: author.team,
        sector: Some(sector(1)),
        night: super::rounds::night(),
        reissue: 0,
    };
    let name = DocumentName::Round { key };
    let mut document = Document::new(Actor::new(author.device, [3; 8]));
    let mut saved = first.clone();
    let made = document.commit(0, |w| w.put_observation(&saved));
    let dogs = Answer::Known(AnswerValue::Integer(7));
    saved.answers.insert("dogs".into(), dogs.clone());
    let changed = document.commit(0, |w| w.put_observation(&saved));
    let mut alone = |change: Option<RawChange>| -> Result<(usize, usize)> {
        let change = change.context("a change")?.bytes;
        let envelope = sealed(tablet, name, vec![change], &mut rng);
        Ok((envelope.len(), request(tablet, vec![envelope]).len()))
    };
    let (_, observation) = alone(made)?;
    let (field_envelope, field) = alone(changed)?;
    let field_json = serde_json::json!({ "observation": first.id, "dogs": dogs });
    Ok(Wire {
        round: request(tablet, vec![envelope]).len(),
        round_json,
        observation,
        field,
        field_envelope,
        field_json: gzipped(&serde_json::to_vec(&field_json)?)?,
    })
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
