//! Accounts of the console: login with a password, and sessions of 12 h, or 30 min without use.

use super::attempts::{Attempts, Origin, TooMany};
use super::browser::{known_browser, mark_browser};
use super::password::{PasswordError, hash_password, is_password, waste_time};
use super::second_factor::take_second_code;
use super::token::{Token, token_hash};
use crate::store::{Account, ConsoleSession, Key32, Role, ServerStore, StoreError, random_id};
use maraude_core::model::{AccountId, OrganisationCode, TimestampMs};
use std::net::IpAddr;

/// The longest a session lasts.
const SESSION_MS: i64 = 12 * 3_600 * 1_000;

/// The longest it lasts without use.
const IDLE_MS: i64 = 30 * 60 * 1_000;

/// How often its last use is written down.
const TOUCH_MS: i64 = 60 * 1_000;

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name or wrong password: which of them is not told.
    #[error("unknown name or wrong password")]
    Wrong,
    /// The password is right; the account has a second factor, and no code came.
    #[error("a second factor is needed")]
    SecondNeeded,
    /// The password is right, and not enough here: the account's passkey has to be used.
    #[error("the account's passkey is needed")]
    PasskeyNeeded,
    /// The second factor's code is wrong, too old, or used.
    #[error("the second factor's code is wrong")]
    SecondWrong,
    /// Come back later.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds an account.
pub fn add_account(
    store: &ServerStore,
    name: &str,
    role: Role,
    organisation: Option<OrganisationCode>,
    password: &str,
    now: TimestampMs,
) -> Result<Account, PasswordError> {
    let account = Account {
        id: random_id(AccountId::from_random)?,
        name: name.trim().to_owned(),
        role,
        organisation,
    };
    store.add_account(&account, &hash_password(password, name)?, now)?;
    Ok(account)
}

/// What somebody proves who they are with.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// Account name.
    pub name: &'a str,
    /// Password.
    pub password: &'a str,
    /// The telephone's code or a recovery code.
    pub code: Option<&'a str>,
    /// Whether a password alone opens the account of somebody who has a passkey.
    pub alone_is_enough: bool,
}

maraude_core::redacts!(Proof<'a>);

/// A session that was opened.
pub struct LoggedIn {
    /// Whose.
    pub account: Account,
    /// Its token, for a cookie.
    pub token: String,
    /// The mark of this browser, for another.
    pub browser: String,
}

/// Where a try under a name comes from: `browser` is the mark a browser brings, if any.
pub fn origin_of(
    store: &ServerStore,
    key: &Key32,
    name: &str,
    browser: Option<&str>,
    address: Option<IpAddr>,
) -> Result<Origin, StoreError> {
    if browser.is_some()
        && let Some((account, _)) = store.account_by_name(name.trim())?
    {
        return Ok(origin_for(key, account.id, browser, address));
    }
    Ok(Origin::Stranger(address))
}

/// Where a try for an account comes from.
pub(super) fn origin_for(
    key: &Key32,
    account: AccountId,
    browser: Option<&str>,
    address: Option<IpAddr>,
) -> Origin {
    let known = browser.and_then(|mark| known_browser(key, account, mark));
    known.map_or(Origin::Stranger(address), Origin::Known)
}

/// Opens a session. `key` opens second factors and signs browsers' marks.
pub fn log_in(
    store: &ServerStore,
    attempts: &Attempts,
    key: &Key32,
    proof: Proof<'_>,
    origin: &Origin,
    now: TimestampMs,
) -> Result<LoggedIn, LoginError> {
    let Proof {
        name,
        password,
        code,
        alone_is_enough,
    } = proof;
    let tried = attempts.begin(name, origin, now)?;
    let known = if let Some((account, kept)) = store.account_by_name(name.trim())? {
        is_password(password, &kept).then_some(account)
    } else {
        waste_time(password);
        None
    };
    let Some(account) = known else {
        return Err(LoginError::Wrong);
    };
    if store.second_factor(account.id)?.is_some() {
        let Some(code) = code else {
            attempts.undo(tried);
            return Err(LoginError::SecondNeeded);
        };
        if !take_second_code(store, key, account.id, code, now)? {
            return Err(LoginError::SecondWrong);
        }
    } else if !alone_is_enough && !store.credentials(account.id)?.is_empty() {
        // Else whoever knows the password would set up a second proof of their own.
        attempts.undo(tried);
        return Err(LoginError::PasskeyNeeded);
    }
    attempts.succeeded(tried);
    Ok(open_for(store, key, account, now, false)?)
}

/// Opens a session of an account that proved who it is.
pub(super) fn open_for(
    store: &ServerStore,
    key: &Key32,
    account: Account,
    now: TimestampMs,
    by_passkey: bool,
) -> Result<LoggedIn, StoreError> {
    store.forget_sessions(now - SESSION_MS, now - IDLE_MS)?;
    let token = Token::draw()?;
    store.open_session(&token.hash, account.id, now, by_passkey)?;
    let browser = mark_browser(key, account.id)?;
    Ok(LoggedIn {
        account,
        token: token.text,
        browser,
    })
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// What was given as the present one is not.
    #[error("this is not the present password")]
    Wrong,
    /// Come back later.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The new one is not taken.
    #[error(transparent)]
    New(#[from] PasswordError),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::New(error.into())
    }
}

/// Gives an account another password: its other sessions end, and its tokens. `own` is the session
/// that asks.
pub fn change_password(
    store: &ServerStore,
    attempts: &Attempts,
    account: &Account,
    (present, new): (&str, &str),
    own: Option<&str>,
    now: TimestampMs,
) -> Result<(), ChangeError> {
    let from = Origin::Known(*account.id.as_bytes());
    let tried = attempts.begin(&account.name, &from, now)?;
    let kept = store.password_of(account.id)?;
    if !kept.is_some_and(|kept| is_password(present, &kept)) {
        return Err(ChangeError::Wrong);
    }
    attempts.succeeded(tried);
    let own = own.map(token_hash);
    store.set_password(
        account.id,
        &hash_password(new, &account.name)?,
        own.as_ref(),
    )?;
    Ok(())
}

/// Closes the session of a token.
pub fn log_out(store: &ServerStore, token: &str) -> Result<(), StoreError> {
    store.close_session(&token_hash(token))
}

/// The session of a token, where it is still open.
pub fn console_session(
    store: &ServerStore,
    token: &str,
    now: TimestampMs,
) -> Result<Option<ConsoleSession>, StoreError> {
    let hash = token_hash(token);
    let Some(session) = store.session(&hash)? else {
        return Ok(None);
    };
    if now - session.opened_at >= SESSION_MS || now - session.seen_at >= IDLE_MS {
        store.close_session(&hash)?;
        return Ok(None);
    }
    if now - session.seen_at >= TOUCH_MS {
        store.touch_session(&hash, now)?;
    }
    Ok(Some(session))
}

/// Opens a session of an account without a second factor, for tests.
#[cfg(test)]
pub(crate) fn log_in_simply(
    store: &ServerStore,
    attempts: &Attempts,
    name: &str,
    password: &str,
    now: TimestampMs,
) -> Result<(Account, String), LoginError> {
    let proof = Proof {
        name,
        password,
        code: None,
        alone_is_enough: true,
    };
    let key = Key32::new([0; 32]);
    let opened = log_in(store, attempts, &key, proof, &Origin::Stranger(None), now)?;
    Ok((opened.account, opened.token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_twelve_hours_or_half_an_hour_without_use() {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        let attempts = Attempts::default();
        let password = "marché couvert";
        add_account(&store, "Claire", Role::Coordinator, None, password, 0).unwrap();
        let twice = add_account(&store, "claire", Role::Analyst, None, password, 0);
        assert!(matches!(
            twice,
            Err(PasswordError::Store(StoreError::NameTaken))
        ));
        assert!(matches!(
            log_in_simply(&store, &attempts, "claire", "marché ouvert", 0),
            Err(LoginError::Wrong)
        ));
        let (account, token) = log_in_simply(&store, &attempts, "CLAIRE", password, 0).unwrap();
        assert_eq!(account.role, Role::Coordinator);
        let open = |now| console_session(&store, &token, now).unwrap().is_some();
        let minute = 60_000;
        assert!(open(29 * minute));
        assert!(open(58 * minute));
        assert!(!open(89 * minute));
        let (_, token) = log_in_simply(&store, &attempts, "claire", password, 0).unwrap();
        let open = |now| console_session(&store, &token, now).unwrap().is_some();
        for tick in 1..36 {
            assert!(open(tick * 20 * minute));
        }
        assert!(!open(12 * 60 * minute));
        let (_, token) = log_in_simply(&store, &attempts, "claire", password, 0).unwrap();
        log_out(&store, &token).unwrap();
        assert!(console_session(&store, &token, 1).unwrap().is_none());
    }
}
