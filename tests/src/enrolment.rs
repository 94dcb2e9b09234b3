//! A bare tablet for loads and attacks: its keys and tokens, without the door.

use anyhow::{Context, Result};
use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use maraude_core::model::{CampaignId, DeviceId};
use maraude_core::sync::session_signed_bytes;
use maraude_server::http::contract::{
    Challenge, ChallengeRequest, DeviceSession, DeviceSessionRequest, EnrolAnswer, EnrolRequest,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::sync::Mutex;

/// What an enrolled tablet holds.
pub struct Tablet {
    /// Its identifier.
    pub device: DeviceId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// The campaign's X25519 key.
    pub campaign_key: [u8; 32],
    /// The server's Ed25519 key.
    pub server_key: [u8; 32],
    /// Its own key.
    pub signing: SigningKey,
    /// Uploads only.
    pub upload_token: String,
    /// What the server last told for it to give back, where a load keeps it.
    pub heard: Mutex<Option<Vec<u8>>>,
}

impl Tablet {
    /// A session's token.
    pub fn session(&self, agent: &ureq::Agent, base: &str) -> Result<String> {
        let device = self.device.to_string();
        let asked = ChallengeRequest {
            device: device.clone(),
        };
        let url = format!("{base}/api/device/challenge");
        let challenge: Challenge = agent.post(url).send_json(&asked)?.body_mut().read_json()?;
        let nonce = BASE64.decode(challenge.nonce.as_bytes())?;
        let nonce = nonce.try_into().ok().context("32 bytes to sign")?;
        let signature = self
            .signing
            .sign(&session_signed_bytes(self.device, &nonce));
        let answered = DeviceSessionRequest {
            device,
            nonce: challenge.nonce,
            signature: BASE64.encode(&signature.to_bytes()),
        };
        let url = format!("{base}/api/device/session");
        let session: DeviceSession = agent
            .post(url)
            .send_json(&answered)?
            .body_mut()
            .read_json()?;
        Ok(session.token)
    }
}

/// Redeems a code.
pub fn enrol(agent: &ureq::Agent, base: &str, code: &str, seed: u64) -> Result<Tablet> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut secret = [0; 32];
    rng.fill_bytes(&mut secret);
    let signing = SigningKey::from_bytes(&secret);
    let normalised: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut signed = b"maraude/enrol/1".to_vec();
    signed.extend_from_slice(normalised.to_uppercase().as_bytes());
    let request = EnrolRequest {
        code: code.to_owned(),
        verifying_key: BASE64.encode(signing.verifying_key().as_bytes()),
        proof: BASE64.encode(&signing.sign(&signed).to_bytes()),
        app_version: "bench".to_owned(),
    };
    let mut answer = agent
        .post(format!("{base}/api/enrol"))
        .send_json(&request)?;
    let answer: EnrolAnswer = answer.body_mut().read_json()?;
    Ok(Tablet {
        device: answer.device.parse()?,
        campaign: answer.campaign.parse()?,
        campaign_key: key(&answer.campaign_key)?,
        server_key: key(&answer.server_key)?,
        signing,
        upload_token: answer.upload_token,
        heard: Mutex::default(),
    })
}

fn key(text: &str) -> Result<[u8; 32]> {
    let bytes = BASE64.decode(text.as_bytes())?;
    bytes
        .try_into()
        .ok()
        .context("a key of 32 bytes was expected")
}
