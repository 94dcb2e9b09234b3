//! Who is this tablet, this person, and what may they do.
//!
//! It must never keep a token or a code in clear: only SHA-256 of them. `http` and `command`
//! call it.

mod attempts;
mod enrolment;
mod login;
mod password;
mod roles;
mod second_factor;
mod sessions;
mod token;

pub use attempts::{Attempts, TooMany};
pub use enrolment::{EnrolError, EnrolOffer, IssuedCode, NewCode, issue_code, redeem_code};
pub use login::{LoginError, Proof, add_account, console_session, log_in, log_out};
pub use password::{PASSWORD_SHORTEST, PasswordError};
pub use roles::{Access, FRESH_MS, Route, TABLE, access_of, route_of};
pub use second_factor::{
    NewSecondFactor, SecondFactorError, draw_second_factor, keep_second_factor, take_second_code,
};
pub use sessions::{CHALLENGE_MS, DeviceSessions, SESSION_MS, SessionError};
pub use token::{Token, token_hash};

#[cfg(test)]
pub(crate) use login::log_in_simply;
#[cfg(test)]
pub(crate) use second_factor::code_now;
