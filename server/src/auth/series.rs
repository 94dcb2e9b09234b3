//! Enrolment in series, for the afternoon before the night: one code for several tablets, or a sheet of
//! codes that each serve once. Both end with the night.

use super::enrolment::{IssuedCode, drawn};
use crate::store::{NewSeriesRow, ServerStore, StoreError, random};
use data_encoding::HEXLOWER;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maraude_core::model::{CampaignId, OrganisationCode, TeamId, TimestampMs};

/// Most tablets of one series, and most codes of one sheet.
pub const SERIES_PLACES: u32 = 200;

/// A night ends at this hour: before it, it is the night that began the day before.
const NOON: i8 = 12;

/// Less than this before noon, the next night is meant, milliseconds.
const LEAST_MS: i64 = 2 * 3_600_000;

/// Used where a time zone is not known, milliseconds.
const HALF_A_DAY_MS: i64 = 12 * 3_600_000;

/// A series to be opened.
#[derive(Debug, Clone)]
pub struct NewSeries {
    /// The campaign.
    pub campaign: CampaignId,
    /// Tablets are called so, with their number.
    pub label: String,
    /// Team they are handed to.
    pub team: Option<TeamId>,
    /// Whose tablets they are.
    pub organisation: Option<OrganisationCode>,
    /// The account that opens it, by its identifier.
    pub author: String,
    /// How many tablets, 1 to [`SERIES_PLACES`].
    pub places: u32,
    /// Its tablets may read at once: [`super::may_hand`] tells.
    pub accepted: bool,
    /// When it ends.
    pub expires_at: TimestampMs,
}

/// Opens a series; its code is told once.
pub fn open_series(
    store: &ServerStore,
    new: NewSeries,
    now: TimestampMs,
) -> Result<IssuedCode, StoreError> {
    let (issued, [code, link]) = drawn(new.expires_at)?;
    let id: [u8; 16] = random()?;
    store.add_series(&NewSeriesRow {
        id,
        code,
        link,
        campaign: new.campaign,
        label: new.label,
        team: new.team,
        organisation: new.organisation,
        author: new.author,
        places: new.places.clamp(1, SERIES_PLACES),
        accepted: new.accepted,
        created_at: now,
        expires_at: new.expires_at,
    })?;
    Ok(IssuedCode {
        name: HEXLOWER.encode(&id),
        ..issued
    })
}

/// When the coming or present night ends: the next noon there, two hours away at least.
pub fn night_end(now: TimestampMs, time_zone: &str) -> TimestampMs {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let end = Timestamp::from_millisecond(now + LEAST_MS)
        .ok()
        .and_then(|from| {
            let from = from.to_zoned(zone);
            let noon = from
                .with()
                .time(Time::constant(NOON, 0, 0, 0))
                .build()
                .ok()?;
            let noon = if noon > from {
                noon
            } else {
                noon.checked_add(1.day()).ok()?
            };
            Some(noon.timestamp().as_millisecond())
        });
    end.unwrap_or(now + HALF_A_DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{EnrolError, NewCode, issue_code_until, redeem_code, token_hash};
    use crate::fixtures::offer;
    use crate::store::RedeemError;
    use ed25519_dalek::SigningKey;
    use std::sync::Arc;

    fn opened(places: u32, accepted: bool) -> (tempfile::TempDir, Arc<ServerStore>, IssuedCode) {
        let folder = tempfile::tempdir().unwrap();
        let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        store.add_campaign(campaign, 0).unwrap();
        let new = NewSeries {
            campaign,
            label: "T".to_owned(),
            team: None,
            organisation: None,
            author: "an account".to_owned(),
            places,
            accepted,
            expires_at: 1_000,
        };
        let issued = open_series(&store, new, 0).unwrap();
        (folder, Arc::new(store), issued)
    }

    #[test]
    fn of_tablets_racing_for_a_series_as_many_as_it_has_places_get_in() {
        let (_folder, store, issued) = opened(30, true);
        let racers: Vec<_> = (0..100_u8)
            .map(|number| {
                let (store, issued) = (store.clone(), issued.clone());
                std::thread::spawn(move || {
                    let signing = SigningKey::from_bytes(&[number; 32]);
                    let typed = if number % 2 == 0 {
                        issued.code
                    } else {
                        issued.link_secret
                    };
                    redeem_code(&store, &offer(&typed, &signing), 1)
                })
            })
            .collect();
        let outcomes: Vec<_> = racers.into_iter().map(|r| r.join().unwrap()).collect();
        let enrolled = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let full = |outcome: &&Result<_, EnrolError>| {
            matches!(outcome, Err(EnrolError::Code(RedeemError::Used)))
        };
        assert_eq!((enrolled, outcomes.iter().filter(full).count()), (30, 70));
        let campaign = CampaignId::from_random([1; 16]);
        let mut labels: Vec<String> = store
            .devices(campaign)
            .unwrap()
            .into_iter()
            .map(|stored| stored.device.label)
            .collect();
        labels.dedup();
        assert_eq!(
            (labels.len(), labels[0].as_str(), labels[29].as_str()),
            (30, "T-01", "T-30")
        );
        assert_eq!(store.series(campaign, 0).unwrap()[0].used, 30);
    }

    #[test]
    fn a_series_ends_with_its_night_or_when_it_is_cancelled() {
        let signing = SigningKey::from_bytes(&[5; 32]);
        let (_folder, store, issued) = opened(3, true);
        let late = redeem_code(&store, &offer(&issued.code, &signing), 1_000);
        assert!(matches!(late, Err(EnrolError::Code(RedeemError::Expired))));
        redeem_code(&store, &offer(&issued.code, &signing), 999).unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        let id = store.series(campaign, 0).unwrap()[0].id;
        assert!(store.cancel_series(campaign, &id, 5).unwrap());
        assert!(!store.cancel_series(campaign, &id, 5).unwrap());
        let other = SigningKey::from_bytes(&[6; 32]);
        let ended = redeem_code(&store, &offer(&issued.code, &other), 6);
        assert!(matches!(ended, Err(EnrolError::Code(RedeemError::Expired))));
    }

    #[test]
    fn a_lost_answer_is_told_again_to_the_same_tablet_and_takes_no_second_place() {
        let (_folder, store, issued) = opened(2, true);
        let campaign = CampaignId::from_random([1; 16]);
        let signing = SigningKey::from_bytes(&[5; 32]);
        let first = redeem_code(&store, &offer(&issued.code, &signing), 1).unwrap();
        let again = redeem_code(&store, &offer(&issued.code, &signing), 2).unwrap();
        assert_eq!(again, first);
        assert_eq!(store.series(campaign, 0).unwrap()[0].used, 1);
        let other = SigningKey::from_bytes(&[6; 32]);
        let second = redeem_code(&store, &offer(&issued.code, &other), 3).unwrap();
        assert_ne!(
            second.0.device.id, first.0.device.id,
            "another key, another"
        );
        let third = SigningKey::from_bytes(&[7; 32]);
        let full = redeem_code(&store, &offer(&issued.code, &third), 4);
        assert!(matches!(full, Err(EnrolError::Code(RedeemError::Used))));
        // Full, ended and cancelled, by the link: still the same tablet, with the token it is told.
        let id = store.series(campaign, 0).unwrap()[0].id;
        assert!(store.cancel_series(campaign, &id, 5).unwrap());
        let late = redeem_code(&store, &offer(&issued.link_secret, &signing), 1_001).unwrap();
        assert_eq!(late.0, first.0);
        let found = store.device_by_token(&token_hash(&late.1)).unwrap();
        assert_eq!(found, Some(first.0));
        assert_eq!(store.devices(campaign).unwrap().len(), 2);
    }

    #[test]
    fn tablets_of_a_series_or_a_sheet_read_at_once_only_where_its_account_may_hand_them_out() {
        for accepted in [true, false] {
            let (_folder, store, issued) = opened(1, accepted);
            let campaign = CampaignId::from_random([1; 16]);
            let new = NewCode {
                campaign,
                label: "E1-1".to_owned(),
                team: None,
                organisation: None,
                accepted,
            };
            let sheet = issue_code_until(&store, new, 1_000, 0).unwrap();
            for (number, code) in [(5, issued.code), (6, sheet.code)] {
                let signing = SigningKey::from_bytes(&[number; 32]);
                let (tablet, _) = redeem_code(&store, &offer(&code, &signing), 1).unwrap();
                assert_eq!(tablet.accepted_at, accepted.then_some(1), "{number}");
            }
        }
    }

    #[test]
    fn a_night_ends_at_noon_where_the_campaign_is() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let check = |now: &str, zone: &str, expected: &str| {
            assert_eq!(night_end(at(now), zone), at(expected), "{now} {zone}");
        };
        let paris = "Europe/Paris";
        check("2026-01-22T16:00:00Z", paris, "2026-01-23T11:00:00Z");
        check("2026-01-23T01:30:00Z", paris, "2026-01-23T11:00:00Z");
        check("2026-01-23T10:00:00Z", paris, "2026-01-24T11:00:00Z");
        check("2026-07-01T16:00:00Z", paris, "2026-07-02T10:00:00Z");
        check(
            "2026-01-22T16:00:00Z",
            "Nowhere/None",
            "2026-01-23T12:00:00Z",
        );
    }
}
