//! Messages, envelopes and the state machine of an exchange: bytes in, bytes out.
//!
//! It must never open a socket, read a clock or draw a random number. The tablet's door, the
//! server and the simulated world drive it.

mod backoff;
mod codec;
mod enrolment;
pub mod envelope;
mod handover;
mod message;
mod paper_code;
mod peer;
#[cfg(test)]
mod peer_tests;
mod problem;
mod rescue;
mod sealing;
mod wipe;
mod words;

pub use crate::document::DocumentName;
pub use codec::{
    ANSWER_READ_CAP_BYTES, MessageError, REQUEST_READ_CAP_BYTES, decode_answer, decode_request,
    encode_answer, encode_request,
};
pub use enrolment::{
    CODE_ALPHABET, CODE_LENGTH, LINK_SECRET_LENGTH, enrol_signed_bytes, link_fragment,
    normalise_code, read_enrolment, server_mark, session_signed_bytes,
};
pub use handover::{Handover, HandoverError, Receiver};
pub use message::{
    ANSWER_CHANGES_CAP_BYTES, DocumentUpdate, FOLLOW_CAP, Follow, HashBytes, MEDIA_TYPE, Moved,
    PROTOCOL, REQUEST_CAP_BYTES, Receipt, RefusedChange, RefusedEnvelope, RoundCustody, SetAside,
    SyncAnswer, SyncRequest,
};
pub use paper_code::{PAPER_CODE_LENGTH, paper_code, read_paper_code};
pub use peer::{Digest, EnvelopeHash, Peer, Standing, receipt_holds};
pub use problem::SyncProblem;
pub use rescue::{RESCUE_CAP_BYTES, RESCUE_SUFFIX, Rescue, RescueError};
pub use sealing::{SecretFor, open_fields, open_secret, seal_fields, seal_secret};
pub use wipe::{WipeOrder, WipeReason};
pub use words::{FourWords, enrolment_words, handover_words, reset_words};
