//! Identifiers: newtypes over UUIDv4, derived ones over UUIDv8 (RFC 9562); never v7, which tells
//! the minute of an encounter.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is not an identifier (expected a UUID)")]
pub struct InvalidId {
    /// What was read, cut to 64 characters.
    pub text: String,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(Uuid);

        impl $name {
            /// The identifier over a UUID drawn by the caller.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// A random identifier (UUIDv4) from 16 random bytes given by the caller.
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The UUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Its 16 bytes, in network order.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From 16 bytes in network order.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| InvalidId { text: text.chars().take(64).collect() })
            }
        }
    };
}

identifier!(
    /// One survey operation.
    CampaignId
);
identifier!(
    /// A group of sectors under one base.
    ZoneId
);
identifier!(
    /// A polygon given to one team for one night.
    SectorId
);
identifier!(
    /// A team of the campaign, known by a code.
    TeamId
);
identifier!(
    /// An enrolled tablet, or the server itself as an author.
    DeviceId
);
identifier!(
    /// A document of the log: plan, brief, round or review.
    DocumentId
);
identifier!(
    /// What one team recorded of one person or group, once.
    ObservationId
);
identifier!(
    /// People seen together by one team.
    LocalGroupId
);
identifier!(
    /// A place that lasts: squat, bidonville, camp.
    SiteId
);
identifier!(
    /// One tablet's start of a round.
    DepartureId
);
identifier!(
    /// One tablet's end of a round.
    ClosureId
);
identifier!(
    /// A coordinator's decision on two slots.
    DecisionId
);
identifier!(
    /// A coordinator's ruling on a doubtful observation.
    AdjudicationId
);
identifier!(
    /// A coordinator's correction of an observation's place.
    CorrectionId
);
identifier!(
    /// A coordinator's, analyst's or administrator's account.
    AccountId
);

/// The organisation that a team, device, account or import belongs to: a short code.
pub type OrganisationCode = String;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_from_its_text() {
        let id = TeamId::from_random([7; 16]);
        assert_eq!(id.to_string().parse::<TeamId>(), Ok(id));
        assert_eq!(id.uuid().get_version_num(), 4);
        assert!("not-a-uuid".parse::<TeamId>().is_err());
    }
}
