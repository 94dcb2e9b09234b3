//! Who is this tablet, this person, and what may they do.
//!
//! It must never keep a token or a code in clear: only SHA-256 of them. `http` and `command`
//! call it.

mod api_token;
mod attempts;
mod browser;
mod enrolment;
mod handing;
mod login;
mod passkeys;
mod password;
mod roles;
mod second_factor;
mod series;
mod sessions;
mod token;
mod webauthn;

pub use api_token::{ApiTokenError, LONGEST_DAYS, MAP_ROLES, account_of_api_token, draw_api_token};
pub use attempts::{Attempts, Origin, TooMany};
pub use enrolment::{
    EnrolError, EnrolOffer, IssuedCode, NewCode, code_name, issue_code, issue_code_until,
    redeem_code,
};
pub use handing::{NotTheirTeam, may_hand, may_take_away};
pub use login::{
    ChangeError, LoggedIn, LoginError, Proof, add_account, change_password, console_session,
    log_in, log_out, origin_of,
};
pub use passkeys::{
    Begun, CEREMONY_MS, PasskeyError, PasskeyProof, Passkeys, begin_passkey, begin_passkey_login,
    keep_passkey, log_in_by_passkey, passkey_of,
};
pub use password::{PASSWORD_SHORTEST, PasswordError, hash_password};
pub use roles::{Access, FRESH_MS, Route, TABLE, access_of, methods_of, route_of};
pub use second_factor::{
    NewSecondFactor, SecondFactorError, draw_second_factor, keep_second_factor, take_second_code,
};
pub use series::{NewSeries, SERIES_PLACES, night_end, open_series};
pub use sessions::{CHALLENGE_MS, DeviceSessions, SESSION_MS, SessionError};
pub use token::{Token, token_hash};
pub use webauthn::Proved;

#[cfg(test)]
pub(crate) use login::log_in_simply;
#[cfg(test)]
pub(crate) use second_factor::code_now;
