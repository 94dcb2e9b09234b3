//! Passkeys: a login by a key that a telephone, a computer or a security key holds, with its owner's
//! finger, face or code. It is a whole login: what one holds and what one knows or is.
//!
//! A ceremony that was begun is kept nowhere: it goes with the browser, sealed under a key of this
//! run, so that asking for any number of them costs nobody anything. What was answered well is
//! remembered until it is too old. It must never take a login without its owner's verification.
//!
//! # Source
//! Web Authentication level 3 (W3C), sections 5.4 and 5.5: what is asked. `webauthn` checks the answers.

use super::attempts::{Attempts, Origin, TooMany};
use super::login::{LoggedIn, open_for, origin_for};
use super::webauthn::{ALGORITHMS, Made, Party, Proved, PublicKey, Refused};
use crate::store::{
    Account, KeptPasskey, Key32, PasskeyRow, ServerStore, StoreError, random, seal, unseal,
};
use data_encoding::BASE64URL_NOPAD;
use maraude_core::model::{AccountId, TimestampMs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How long a ceremony may be answered: a telephone has to be found first.
pub const CEREMONY_MS: i64 = 5 * 60 * 1_000;

/// Passkeys of one account.
const MOST: usize = 10;

/// Longest name of one, characters.
const NAME_LONGEST: usize = 40;

/// Under which name tries with keys of nobody are counted: no account's, whose names are trimmed.
const UNKNOWN: &str = " passkey";

const CONTEXT: &[u8] = b"maraude/passkey-ceremony/1";

/// Why a passkey was not made, or nobody was logged in by one.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The server's public address is none that browsers make passkeys for.
    #[error("passkeys need a name under TLS as the public address, or localhost")]
    NoName,
    /// It wants a name of 1 to 40 characters.
    #[error("a passkey's name has 1 to 40 characters")]
    Name,
    /// The account has as many as it may.
    #[error("an account has at most ten passkeys")]
    Many,
    /// It is kept already.
    #[error("this passkey is kept already")]
    Known,
    /// The ceremony is unknown, answered, too old, or another account's.
    #[error("unknown ceremony")]
    Ceremony,
    /// The answer does not hold: unknown key, wrong origin, wrong signature.
    #[error("the passkey's answer does not hold")]
    Wrong,
    /// The device did not verify who holds it.
    #[error("the device did not verify its owner")]
    NotVerified,
    /// The key counts its uses, and the count went back: there may be a copy of it.
    #[error("the passkey's count of uses went back")]
    WentBack,
    /// Come back later.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a browser is asked, and the ceremony it brings back with its answer.
pub struct Begun {
    /// Options as WebAuthn writes them in JSON.
    pub options: Value,
    /// Sealed.
    pub ceremony: String,
}

/// Ceremonies of this run, for the server's public address.
#[derive(Default)]
pub struct Passkeys {
    party: Option<Party>,
    key: OnceLock<Key32>,
    answered: Mutex<HashMap<[u8; 32], TimestampMs>>,
}

#[derive(Serialize, Deserialize)]
struct Ceremony {
    challenge: [u8; 32],
    until: TimestampMs,
    asked: Asked,
}

#[derive(Serialize, Deserialize)]
enum Asked {
    Making { account: AccountId, name: String },
    Proving,
}

impl Passkeys {
    /// For the address that browsers use. Without a name, or without TLS elsewhere than on this
    /// machine, there are none: no browser makes a passkey there.
    pub fn at(public_url: &str) -> Self {
        Self {
            party: party(public_url),
            ..Self::default()
        }
    }

    /// Whether browsers may make passkeys for the server's address.
    pub fn may_be(&self) -> bool {
        self.party.is_some()
    }

    fn party(&self) -> Result<&Party, PasskeyError> {
        self.party.as_ref().ok_or(PasskeyError::NoName)
    }

    fn key(&self) -> Result<&Key32, StoreError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let drawn = Key32::new(random()?);
        Ok(self.key.get_or_init(|| drawn))
    }

    /// `options` are given the challenge.
    fn begun(
        &self,
        mut options: Value,
        asked: Asked,
        now: TimestampMs,
    ) -> Result<Begun, PasskeyError> {
        let ceremony = Ceremony {
            challenge: random()?,
            until: now + CEREMONY_MS,
            asked,
        };
        options["challenge"] = BASE64URL_NOPAD.encode(&ceremony.challenge).into();
        options["timeout"] = CEREMONY_MS.into();
        let plain = serde_json::to_vec(&ceremony).expect("a ceremony is plain JSON");
        let sealed = seal(self.key()?, CONTEXT, &plain)?;
        Ok(Begun {
            options,
            ceremony: BASE64URL_NOPAD.encode(&sealed),
        })
    }

    fn opened(&self, ceremony: &str, now: TimestampMs) -> Result<Ceremony, PasskeyError> {
        let sealed = BASE64URL_NOPAD.decode(ceremony.as_bytes());
        let sealed = sealed.map_err(|_| PasskeyError::Ceremony)?;
        let plain = unseal(self.key()?, CONTEXT, &sealed, "a ceremony");
        let plain = plain.map_err(|_| PasskeyError::Ceremony)?;
        let ceremony: Ceremony =
            serde_json::from_slice(&plain).map_err(|_| PasskeyError::Ceremony)?;
        if now >= ceremony.until {
            return Err(PasskeyError::Ceremony);
        }
        Ok(ceremony)
    }

    /// Of two requests with one ceremony, one gets it.
    fn answer_once(&self, begun: &Ceremony, now: TimestampMs) -> bool {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.retain(|_, until| now < *until);
        answered.insert(begun.challenge, begun.until).is_none()
    }
}

fn party(public_url: &str) -> Option<Party> {
    let (scheme, authority) = public_url.split_once("://")?;
    let origin = public_url.to_ascii_lowercase();
    let name = authority.split(':').next()?.to_ascii_lowercase();
    let is_number = name.is_empty() || name.starts_with('[') || name.parse::<IpAddr>().is_ok();
    let is_local = name == "localhost" || name.ends_with(".localhost");
    if is_number || !(is_local || scheme.eq_ignore_ascii_case("https")) {
        return None;
    }
    // Browsers leave the usual port out of an origin.
    let usual = if origin.starts_with("https:") {
        ":443"
    } else {
        ":80"
    };
    let origin = origin.strip_suffix(usual).unwrap_or(&origin).to_owned();
    Some(Party { id: name, origin })
}

/// Begins the making of a passkey of an account.
pub fn begin_passkey(
    store: &ServerStore,
    passkeys: &Passkeys,
    account: &Account,
    name: &str,
    now: TimestampMs,
) -> Result<Begun, PasskeyError> {
    let party = passkeys.party()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LONGEST {
        return Err(PasskeyError::Name);
    }
    let known = store.credentials(account.id)?;
    if known.len() >= MOST {
        return Err(PasskeyError::Many);
    }
    let key = |id: &Vec<u8>| json!({ "type": "public-key", "id": BASE64URL_NOPAD.encode(id) });
    let options = json!({
        "rp": { "id": party.id, "name": "Maraude" },
        "user": {
            "id": BASE64URL_NOPAD.encode(account.id.as_bytes()),
            "name": account.name,
            "displayName": account.name,
        },
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
        "excludeCredentials": known.iter().map(key).collect::<Vec<_>>(),
        "attestation": "none",
        // The key is found by its device, without a name being typed.
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
    });
    let asked = Asked::Making {
        account: account.id,
        name: name.to_owned(),
    };
    passkeys.begun(options, asked, now)
}

/// Keeps a passkey that was made.
pub fn keep_passkey(
    store: &ServerStore,
    passkeys: &Passkeys,
    account: AccountId,
    (ceremony, answer): (&str, &Value),
    now: TimestampMs,
) -> Result<PasskeyRow, PasskeyError> {
    let party = passkeys.party()?;
    let begun = passkeys.opened(ceremony, now)?;
    let name = match &begun.asked {
        Asked::Making {
            account: whose,
            name,
        } if *whose == account => name.clone(),
        _ => return Err(PasskeyError::Ceremony),
    };
    let answer = Made::deserialize(answer).map_err(|_| PasskeyError::Wrong)?;
    let (credential, made) = party.registered(&answer, &begun.challenge)?;
    if !passkeys.answer_once(&begun, now) {
        return Err(PasskeyError::Ceremony);
    }
    let row = PasskeyRow {
        id: random()?,
        name,
        created_at: now,
        used_at: None,
    };
    if !store.add_passkey(account, &row, &credential, &written(&made))? {
        return Err(PasskeyError::Known);
    }
    Ok(row)
}

/// Begins a login: whose it will be is not known yet.
pub fn begin_passkey_login(passkeys: &Passkeys, now: TimestampMs) -> Result<Begun, PasskeyError> {
    let options = json!({
        "rpId": passkeys.party()?.id,
        "allowCredentials": [],
        "userVerification": "required",
    });
    passkeys.begun(options, Asked::Proving, now)
}

/// The passkey that answered, where it is one of ours and says whose it is.
pub fn passkey_of(store: &ServerStore, answer: &Proved) -> Result<Option<KeptPasskey>, StoreError> {
    let Some(credential) = answer.credential() else {
        return Ok(None);
    };
    let found = store.passkey(&credential)?;
    // Steps 5 and 6 of section 7.2: nobody was named before.
    let handle = answer.user_handle();
    Ok(found.filter(|found| handle.is_some_and(|handle| handle == found.account.id.as_bytes())))
}

/// What a browser brings to a login by passkey, and where from.
pub struct PasskeyProof<'a> {
    /// As it was given.
    pub ceremony: &'a str,
    /// The key's answer.
    pub answer: &'a Proved,
    /// The passkey it is of, by [`passkey_of`].
    pub passkey: Option<&'a KeptPasskey>,
    /// The mark of the browser, if it has one.
    pub browser: Option<&'a str>,
    /// Its address, where it is known.
    pub address: Option<IpAddr>,
}

/// Opens a session. `key` signs browsers' marks.
pub fn log_in_by_passkey(
    store: &ServerStore,
    attempts: &Attempts,
    passkeys: &Passkeys,
    key: &Key32,
    proof: &PasskeyProof<'_>,
    now: TimestampMs,
) -> Result<LoggedIn, PasskeyError> {
    let party = passkeys.party()?;
    let begun = passkeys.opened(proof.ceremony, now)?;
    if !matches!(begun.asked, Asked::Proving) {
        return Err(PasskeyError::Ceremony);
    }
    let Some(passkey) = proof.passkey else {
        drop(attempts.begin(UNKNOWN, &Origin::Stranger(proof.address), now)?);
        return Err(PasskeyError::Wrong);
    };
    let account = &passkey.account;
    let origin = origin_for(key, account.id, proof.browser, proof.address);
    let tried = attempts.begin(&account.name, &origin, now)?;
    let kept: PublicKey = serde_json::from_str(&passkey.kept)
        .map_err(|_| StoreError::Damaged { table: "passkeys" })?;
    let used = party.proved(proof.answer, &kept, &begun.challenge)?;
    if !passkeys.answer_once(&begun, now) {
        return Err(PasskeyError::Ceremony);
    }
    // Of two logins at once with one count, one is let in; so is none with a key removed meanwhile.
    if !store.use_passkey(passkey, &written(&used), now)? {
        return Err(PasskeyError::Ceremony);
    }
    attempts.succeeded(tried);
    Ok(open_for(store, key, account.clone(), now, true)?)
}

fn written(key: &PublicKey) -> String {
    serde_json::to_string(key).expect("a public key is plain JSON")
}

impl From<Refused> for PasskeyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wrong => Self::Wrong,
            Refused::NotVerified => Self::NotVerified,
            Refused::WentBack => Self::WentBack,
        }
    }
}
