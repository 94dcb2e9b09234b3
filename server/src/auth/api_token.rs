//! Tokens for programs that read maps (QGIS): named, ending, and good for `/ogc` alone.
//!
//! It must never let one open anything else, nor be taken from an address: addresses are kept in
//! logs and histories. `http` asks here.

use super::token::{Token, token_hash};
use crate::store::{Account, ApiToken, Role, ServerStore, StoreError, random};
use maraude_core::model::TimestampMs;

/// Longest life of a token, days.
pub const LONGEST_DAYS: u16 = 366;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Longest name, characters.
const NAME_CHARACTERS: usize = 40;

/// Tokens of one account at once.
const AT_ONCE: usize = 20;

/// Roles whose tokens open maps.
pub const MAP_ROLES: [Role; 2] = [Role::Coordinator, Role::Analyst];

/// Why no token was drawn.
#[derive(Debug, thiserror::Error)]
pub enum ApiTokenError {
    /// It has no name, or a long one.
    #[error("a token has a name of at most {NAME_CHARACTERS} characters")]
    Name,
    /// It would never end, or at once.
    #[error("a token lasts 1 to {LONGEST_DAYS} days")]
    Days,
    /// The account has many already.
    #[error("end a token first: there are {AT_ONCE}")]
    Many,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Draws a token; its text is told once.
pub fn draw_api_token(
    store: &ServerStore,
    account: &Account,
    name: &str,
    days: u16,
    now: TimestampMs,
) -> Result<(ApiToken, String), ApiTokenError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS {
        return Err(ApiTokenError::Name);
    }
    if days == 0 || days > LONGEST_DAYS {
        return Err(ApiTokenError::Days);
    }
    if store.api_tokens(account.id, now)?.len() >= AT_ONCE {
        return Err(ApiTokenError::Many);
    }
    let drawn = Token::draw()?;
    let token = ApiToken {
        id: random()?,
        name: name.to_owned(),
        created_at: now,
        expires_at: now + i64::from(days) * DAY_MS,
    };
    store.add_api_token(account.id, &token, &drawn.hash)?;
    Ok((token, drawn.text))
}

/// Whose token this is, while it holds and its owner may read maps.
pub fn account_of_api_token(
    store: &ServerStore,
    text: &str,
    now: TimestampMs,
) -> Result<Option<Account>, StoreError> {
    let found = store.account_of_api_token(&token_hash(text), now)?;
    Ok(found.filter(|account| MAP_ROLES.contains(&account.role)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::add_account;

    #[test]
    fn a_token_holds_until_its_end_or_its_owner_s() {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        let add = |name: &str, role| add_account(&store, name, role, None, "marché couvert", 0);
        let analyst = add("Anne", Role::Analyst).unwrap();
        let other = add("Odile", Role::Analyst).unwrap();
        let draw = |name: &str, days| draw_api_token(&store, &analyst, name, days, 0);
        assert!(matches!(draw(" ", 1), Err(ApiTokenError::Name)));
        assert!(matches!(draw("QGIS", 0), Err(ApiTokenError::Days)));
        assert!(matches!(draw("QGIS", 367), Err(ApiTokenError::Days)));
        let (kept, text) = draw("QGIS", 1).unwrap();
        let whose = |text: &str, now| account_of_api_token(&store, text, now).unwrap();
        assert_eq!(whose(&text, DAY_MS - 1), Some(analyst.clone()));
        assert_eq!(whose(&text, DAY_MS), None);
        assert_eq!(whose("another", 0), None);
        assert!(!store.remove_api_token(other.id, &kept.id).unwrap());
        assert!(store.remove_api_token(analyst.id, &kept.id).unwrap());
        assert_eq!(whose(&text, 1), None);
        let (_, text) = draw("QGIS", 1).unwrap();
        store
            .change_account(analyst.id, Some(Role::Analyst), 0)
            .unwrap();
        assert_eq!(whose(&text, 1), None, "it goes with the sessions");
        for _ in 0..AT_ONCE {
            draw("QGIS", 1).unwrap();
        }
        assert!(matches!(draw("QGIS", 1), Err(ApiTokenError::Many)));
    }
}
