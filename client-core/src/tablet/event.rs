//! What happens to a tablet: a person's gesture, the platform's answer, the passing of time.

use super::tagged::Tagged;
use crate::form::FormKind;
use crate::model::{
    Answer, AnswerValue, CampaignId, Coordinates, Coverage, DeviceId, Night, ObservationId,
    Position, QuestionName, SectorId, SiteId, TeamId, TimestampMs, WithdrawalReason,
};
use crate::vault::PinCost;
use serde::{Deserialize, Serialize};

/// A file of the tablet's storage, as read at start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StoredFile {
    /// Its name.
    pub name: String,
    /// Its bytes, base64 (RFC 4648 section 4).
    pub bytes: String,
}

/// What a key that the platform keeps gave (WebAuthn, extension `prf`).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GivenKey {
    /// The credential's identifier, base64url; no secret.
    pub name: String,
    /// 32 bytes, base64.
    pub secret: String,
}

/// Anything that happens to a tablet. In JSON, an object whose first field is `event`: see
/// [`Event::from_json`].
#[derive(Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(tag = "event"))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A code typed, scanned or taken from a link; the origin is where it is redeemed.
    Enrol {
        /// The one-time code, or the whole link that holds it.
        code: String,
    },
    /// First choice of a PIN, right after enrolment; 6 digits.
    ChoosePin {
        /// Digits only.
        pin: String,
        /// What the platform found affordable under a second; the cheapest when left out.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional))]
        cost: Option<PinCost>,
    },
    /// The PIN is entered.
    Unlock {
        /// Digits only.
        pin: String,
        /// How long the platform has been running, by a clock that nobody can set, milliseconds.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional, type = "number"))]
        awake_ms: Option<u64>,
    },
    /// The platform's own key gave its secret, for the PIN that follows at once: the vault is put behind
    /// both, or opened by both. On an open tablet: from now on behind both; behind the PIN alone without.
    PlatformKey {
        /// What the platform gave.
        key: Option<GivenKey>,
    },
    /// The PIN is forgotten: ask the coordination to let a new one be chosen.
    ForgotPin,
    /// It is not, after all.
    RememberedPin,
    /// The padlock, idleness, or the page going to the background.
    Lock,
    /// What the platform found for the check-list.
    Checked(PlatformReport),
    /// Start, or take up again, a round.
    StartRound {
        /// The team that goes.
        team: TeamId,
        /// The sector; none is "hors secteur".
        sector: Option<SectorId>,
        /// The night, one of the plan's.
        night: Night,
    },
    /// Open the home of another round of this tablet.
    OpenRound {
        /// Index in [`super::View::rounds`].
        index: u32,
    },
    /// Begin a new form.
    OpenForm {
        /// Which.
        form: FormKind,
        /// The known place it is about.
        site: Option<SiteId>,
    },
    /// Open a saved observation in its form, to correct it.
    EditObservation {
        /// Which.
        observation: ObservationId,
    },
    /// Turn a saved observation into an interview of the same person.
    CompleteObservation {
        /// Which.
        observation: ObservationId,
    },
    /// One question of the open form is answered, or cleared with `not_asked`.
    Answer {
        /// Which question.
        question: QuestionName,
        /// What came back.
        answer: Answer<AnswerValue>,
    },
    /// A sealed question is answered: sealed at once, kept nowhere else.
    Seal {
        /// Which question.
        question: QuestionName,
        /// The first letters of the first name.
        given: String,
        /// The first letters of the family name.
        family: String,
        /// Year of birth.
        birth_year: u16,
    },
    /// Show another card of the open form.
    GoToCard {
        /// 0-based, among the relevant cards.
        card: u32,
    },
    /// A pin put by hand on the map for the open form; none takes it away.
    PlacePin {
        /// Where.
        coordinates: Option<Coordinates>,
    },
    /// The place as typed for the open form.
    TypePlace {
        /// At most 120 characters.
        text: String,
    },
    /// Ask for a new fix for the open form.
    Refix,
    /// Save the open form.
    SaveForm,
    /// Leave the open form without saving.
    DiscardForm,
    /// Take an observation back.
    Withdraw {
        /// Which.
        observation: ObservationId,
        /// Why.
        reason: WithdrawalReason,
    },
    /// Undo the last save or withdrawal.
    Undo,
    /// Take a withdrawn observation up again, at any time.
    Restore {
        /// Which.
        observation: ObservationId,
    },
    /// Of two values that two tablets wrote, one is held to be right.
    Settle {
        /// Which observation.
        observation: ObservationId,
        /// Which field, as [`super::ConflictView`] names it.
        field: String,
        /// Which of its values, from 0.
        choice: u32,
    },
    /// Streets of the sector are declared walked, or are not after all.
    WalkStreets {
        /// Their keys; the first 300 are taken.
        streets: Vec<String>,
        /// They were.
        walked: bool,
    },
    /// End of the round.
    CloseRound {
        /// How much was walked.
        coverage: Coverage,
        /// What was left out and why.
        not_walked: Option<String>,
        /// The team states that it met nobody.
        zero_found: bool,
    },
    /// Open a closed round again.
    ReopenRound,
    /// Call for a running round of the team: the call comes as a file.
    CallForRound,
    /// Make the pack of the round at hand for a tablet that called; it comes as a file.
    GiveRound {
        /// The call's bytes, base64.
        call: String,
    },
    /// The other tablet shows the same words and took the round.
    RoundGiven,
    /// Nobody took the round that was handed over: go on here.
    TakeRoundBack,
    /// Open a pack that came for this tablet's call.
    ReceiveRound {
        /// The pack's bytes, base64.
        pack: String,
    },
    /// The words are the same: take the round.
    AcceptRound,
    /// Give up giving or receiving.
    LeaveHandover,
    /// Send now.
    SendNow,
    /// Give what remains to be sent as a file.
    SaveOutbox,
    /// Take on the file of another tablet, to carry it to the server.
    Carry {
        /// The file's bytes, base64.
        file: String,
    },
    /// Leave the message on screen.
    DismissMessage,
    /// The time asked for with [`super::Effect::Wake`] has come.
    Tick,
    /// The platform has a fix, or not.
    Fixed {
        /// The fix.
        position: Option<Position>,
    },
    /// The operations of a [`super::Effect::Store`] are on disk.
    Stored {
        /// Which.
        ticket: u32,
    },
    /// They are not, and nothing of them may be relied on.
    NotStored {
        /// Which.
        ticket: u32,
        /// `quota`, `closed` or `other`.
        reason: String,
    },
    /// An HTTP answer came.
    Answered {
        /// Which.
        ticket: u32,
        /// HTTP code.
        code: u16,
        /// Body, base64.
        body: String,
    },
    /// No HTTP answer came.
    Unreachable {
        /// Which.
        ticket: u32,
    },
    /// The network came back or went.
    Network {
        /// What the platform believes.
        online: bool,
    },
}

impl Event {
    /// Reads an event from the screens' JSON; its field `event` comes first.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let mut object = serde_json::Deserializer::from_slice(text.as_bytes());
        let event = Self::deserialize(Tagged {
            tag: "event",
            object: &mut object,
        })?;
        object.end()?;
        Ok(event)
    }
}

/// What the platform found for *Avant de partir*; absent where it cannot tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlatformReport {
    /// Storage survives pressure (`navigator.storage.persisted`).
    pub storage_persistent: Option<bool>,
    /// Room left, bytes.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub storage_free_bytes: Option<u64>,
    /// Storage is the browser's private file system, or its fallback.
    pub storage_backend: String,
    /// Battery, per cent.
    pub battery_percent: Option<u8>,
    /// Position is allowed.
    pub position_allowed: Option<bool>,
    /// The map's layers are on the tablet.
    pub map_ready: bool,
    /// The app's version.
    pub app_version: String,
    /// A newer version waits.
    pub update_waiting: bool,
    /// The app is installed, not a tab.
    pub installed: bool,
    /// The screen may be kept on.
    pub wake_lock: Option<bool>,
    /// A tab of Apple's browser: it forgets its files after a week, the installed app does not.
    #[serde(default)]
    pub apple_tab: bool,
}

/// What enrolment brought: kept by the tablet, shown on screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Enrolment {
    /// This tablet.
    pub device: DeviceId,
    /// Its label.
    pub label: String,
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub campaign_name: String,
    /// *exercice*.
    pub exercise: bool,
    /// The team it is handed to.
    pub team: Option<TeamId>,
    /// When it enrolled (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub enrolled_at: TimestampMs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_the_screens_write_them() {
        let check = |text: &str, expected: Event| {
            let read = Event::from_json(text);
            assert!(read.is_ok_and(|event| event == expected), "{text}");
        };
        check(r#"{"event":"save_form"}"#, Event::SaveForm);
        check(
            r#"{"event":"choose_pin","pin":"193755"}"#,
            Event::ChoosePin {
                pin: "193755".into(),
                cost: None,
            },
        );
        check(
            r#"{"event":"answer","question":"n_men","answer":{"value":{"integer":3},"state":"known"}}"#,
            Event::Answer {
                question: "n_men".into(),
                answer: Answer::Known(AnswerValue::Integer(3)),
            },
        );
        check(
            r#"{"event":"answer","question":"age_band","answer":{"state":"refused"}}"#,
            Event::Answer {
                question: "age_band".into(),
                answer: Answer::Refused,
            },
        );
        check(
            r#"{"event":"place_pin","coordinates":null}"#,
            Event::PlacePin { coordinates: None },
        );
        let text = r#"{"event":"fixed","position":{"longitude":3.9,"latitude":43.6,
            "accuracy_m":8,"source":"fix","fixed_at":12}}"#;
        let Ok(Event::Fixed {
            position: Some(position),
        }) = Event::from_json(text)
        else {
            panic!("a fix");
        };
        assert_eq!(
            (position.fixed_at, position.accuracy_m),
            (Some(12), Some(8.0))
        );
        let report = r#"{"event":"checked","storage_persistent":null,"storage_free_bytes":12,
            "storage_backend":"opfs","battery_percent":null,"position_allowed":true,
            "map_ready":true,"app_version":"1","update_waiting":false,"installed":true,
            "wake_lock":null}"#;
        assert!(matches!(Event::from_json(report), Ok(Event::Checked(_))));
        for wrong in [
            r#"{"pin":"193755","event":"unlock"}"#,
            r#"{"event":"unlock"}"#,
            r#"{"event":"answer","question":"n","answer":{"state":"known"}}"#,
            r#"{"event":"nothing"}"#,
            r#"{"event":"undo"} "#.trim_end().trim_end_matches('}'),
            "[]",
        ] {
            assert!(Event::from_json(wrong).is_err(), "{wrong}");
        }
    }
}
