//! Who is this tablet, this person, and what may they do.
//!
//! It must never keep a token or a code in clear: only SHA-256 of them. `http` and `command`
//! call it.

mod attempts;
mod enrolment;
mod login;
mod password;
mod roles;
mod sessions;
mod token;

pub use attempts::{Attempts, TooMany};
pub use enrolment::{EnrolError, EnrolOffer, IssuedCode, NewCode, issue_code, redeem_code};
pub use login::{LoginError, add_account, console_session, log_in, log_out};
pub use password::{PASSWORD_SHORTEST, PasswordError};
pub use roles::{Access, Route, TABLE, access_of};
pub use sessions::{CHALLENGE_MS, DeviceSessions, SESSION_MS, SessionError};
pub use token::{Token, token_hash};
