//! Why an exchange failed, in codes that the screens put in words.

use super::WipeOrder;
use serde::Deserialize;

/// Why an exchange failed, or went only in part. Nothing waiting is lost by any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncProblem {
    /// No answer.
    Unreachable,
    /// The token is no good any more: a new session is needed.
    SessionExpired,
    /// This tablet may not speak any more.
    Forbidden,
    /// The campaign is purged; only this one stops the sending.
    CampaignGone,
    /// The request is too large; smaller ones follow.
    TooLarge,
    /// Too many at once.
    ServerBusy,
    /// The server's disk is full.
    ServerFull,
    /// The server refuses the request as such.
    RequestRejected,
    /// The server failed.
    ServerFailed,
    /// The answer cannot be read.
    AnswerUnreadable,
    /// A receipt is not signed by the server pinned at enrolment: it proves nothing.
    ReceiptNotSigned,
    /// The server answered and took nothing.
    NothingTaken,
}

impl SyncProblem {
    /// From an HTTP code other than 200.
    pub(super) fn of(code: u16, body: &[u8]) -> Self {
        match code {
            401 => Self::SessionExpired,
            403 => Self::Forbidden,
            410 if Details::of(body).code.as_deref() == Some(GONE) => Self::CampaignGone,
            413 => Self::TooLarge,
            429 | 503 => Self::ServerBusy,
            507 => Self::ServerFull,
            400..=499 => Self::RequestRejected,
            _ => Self::ServerFailed,
        }
    }

    /// Stable kebab-case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::SessionExpired => "session-expired",
            Self::Forbidden => "forbidden",
            Self::CampaignGone => GONE,
            Self::TooLarge => "request-too-large",
            Self::ServerBusy => "server-busy",
            Self::ServerFull => "server-full",
            Self::RequestRejected => "request-rejected",
            Self::ServerFailed => "server-failed",
            Self::AnswerUnreadable => "answer-unreadable",
            Self::ReceiptNotSigned => "receipt-not-signed",
            Self::NothingTaken => "nothing-taken",
        }
    }
}

/// Code of the problem document that says the campaign is purged.
const GONE: &str = "campaign-gone";

/// What we read of a problem document (RFC 9457).
#[derive(Deserialize, Default)]
struct Details {
    code: Option<String>,
    retry_after_s: Option<u32>,
    #[serde(default)]
    wipe_order: Option<WipeOrder>,
}

impl Details {
    fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }
}

/// The order that comes with the news that a campaign is purged.
pub(super) fn wipe_order(body: &[u8]) -> Option<WipeOrder> {
    Details::of(body).wipe_order
}

/// Pause after 429 and 503 when the server names none, seconds.
const BUSY_PAUSE_S: u32 = 5;

/// Pause after 507 when the server names none, seconds.
const FULL_PAUSE_S: u32 = 60;

/// The pause a server asks for in its problem document, or that its code stands for, milliseconds.
pub(super) fn retry_after_ms(problem: SyncProblem, body: &[u8]) -> Option<i64> {
    let usual = match problem {
        SyncProblem::ServerBusy => Some(BUSY_PAUSE_S),
        SyncProblem::ServerFull => Some(FULL_PAUSE_S),
        _ => None,
    };
    let seconds = Details::of(body).retry_after_s.or(usual)?;
    Some(i64::from(seconds) * 1_000)
}
