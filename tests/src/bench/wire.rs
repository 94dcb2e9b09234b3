//! Bytes on the wire, beside the same as JSON, gzipped.

use super::ours::{request, sealed};
use super::rounds::{Author, Grain, OBSERVATIONS, observation_of, one, sector};
use crate::enrolment::Tablet;
use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use maraude_core::document::{Actor, Document, DocumentName, RawChange};
use maraude_core::model::{Answer, AnswerValue, RoundKey};
use maraude_core::sync::{MEDIA_TYPE, encode_request};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::{ByteArray, ByteBuf};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// Bytes of `log_end` in this version.
const TOLD_BYTES: usize = 76;

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
    /// Of that, the body.
    pub field_body: usize,
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
    let mut alone = |change: Option<RawChange>| -> Result<(usize, Vec<u8>)> {
        let change = change.context("a change")?.bytes;
        let envelope = sealed(tablet, name, vec![change], &mut rng);
        Ok((envelope.len(), body(tablet, envelope)))
    };
    let (_, observation) = alone(made)?;
    let (field_envelope, field) = alone(changed)?;
    let field_json = serde_json::json!({ "observation": first.id, "dogs": dogs });
    Ok(Wire {
        round: on_the_wire(tablet, &body(tablet, envelope))?,
        round_json,
        observation: on_the_wire(tablet, &observation)?,
        field: on_the_wire(tablet, &field)?,
        field_body: field.len(),
        field_envelope,
        field_json: gzipped(&serde_json::to_vec(&field_json)?)?,
    })
}

/// What a tablet sends that has heard from the server before.
fn body(tablet: &Tablet, envelope: Vec<u8>) -> Vec<u8> {
    let mut asked = request(tablet, vec![envelope]);
    asked.epoch = Some(ByteArray::new([7; 16]));
    asked.log_end = Some(ByteBuf::from(vec![7; TOLD_BYTES]));
    "0.1.0".clone_into(&mut asked.device_report.app_version);
    asked.device_report.battery_percent = Some(80);
    encode_request(&asked)
}

/// Bytes that reach a socket when it is posted.
fn on_the_wire(tablet: &Tablet, body: &[u8]) -> Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/api/sync", listener.local_addr()?);
    let counting = std::thread::spawn(move || -> Result<usize> {
        let (mut socket, _) = listener.accept()?;
        let (mut heard, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            let read = socket.read(&mut piece)?;
            heard.extend_from_slice(&piece[..read]);
            let head = heard.windows(4).position(|window| window == b"\r\n\r\n");
            let text = String::from_utf8_lossy(&heard[..head.unwrap_or(0)]).to_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse::<usize>().ok());
            let whole = head
                .zip(length)
                .is_some_and(|(head, length)| heard.len() >= head + 4 + length);
            if read == 0 || whole {
                break;
            }
        }
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
        Ok(heard.len())
    });
    let token = format!("Bearer {}", tablet.upload_token);
    let asked = ureq::Agent::new_with_defaults().post(url);
    let asked = asked
        .header("content-type", MEDIA_TYPE)
        .header("authorization", &token);
    asked.send(body)?;
    counting
        .join()
        .map_err(|_| anyhow::anyhow!("the socket's thread panicked"))?
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
