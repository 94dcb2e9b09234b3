//! Who asked not to be recorded (GDPR, article 21): an entry is made from the same facts as a
//! pseudonym, and whoever gives them to a team afterwards, or gave them before, is kept as somebody
//! who declined: a place, an hour, a number.
//!
//! It must never write down what somebody gave, nor tell whether a given person was met. `command`
//! and `http` call it.

use super::{App, ErasingError, ViewsError};
use crate::store::{
    OpposingError, Opposition, OppositionReason, Pseudonyms, enter_opposition, oppositions,
    withdraw_opposition,
};
use maraude_core::form::PseudonymFields;
use maraude_core::model::{AccountId, CampaignId};
use std::sync::{Mutex, PoisonError};

/// One at a time: numbers follow each other.
static ONE: Mutex<()> = Mutex::new(());

/// Somebody who is not to be recorded.
#[derive(Clone)]
pub struct OpposingWish {
    /// The campaign.
    pub campaign: CampaignId,
    /// First letters of the first name, or all of it: two letters are read.
    pub given: String,
    /// The same of the family name.
    pub family: String,
    /// Year of birth.
    pub birth_year: u16,
    /// How it was asked for.
    pub reason: OppositionReason,
    /// Who enters it; none from the command line.
    pub author: Option<AccountId>,
}

maraude_core::redacts!(OpposingWish);

/// The list of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OppositionList {
    /// Entries, by number.
    pub entries: Vec<Opposition>,
    /// Observations whose answers are held back, of all entries together.
    pub held_back: u32,
    /// Entries can still be made: the campaign has its key.
    pub open: bool,
}

fn named(author: Option<AccountId>) -> String {
    author.map_or_else(|| "command".to_owned(), |id| id.to_string())
}

impl App {
    /// Enters somebody; what was recorded of them so far leaves every table at once. Blocks, for as
    /// long as it takes to make the view anew.
    ///
    /// # Errors
    /// [`ErasingError`]: the campaign never asked for pseudonyms or destroyed its key, the letters
    /// or the year do not read, or they stand in the list.
    pub fn oppose(&self, wish: &OpposingWish) -> Result<Opposition, ErasingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let fields = PseudonymFields::of(&wish.given, &wish.family, wish.birth_year);
        let fields = fields.ok_or(ErasingError::Facts)?;
        let engine = self.engine(wish.campaign)?;
        let key = match engine.log().pseudonyms()? {
            Pseudonyms::Never => return Err(ErasingError::NoPseudonyms),
            Pseudonyms::Forgotten => return Err(ErasingError::Forgotten),
            Pseudonyms::Held(key) => key,
        };
        let now = self.clock().now();
        let by = (wish.author, now);
        let log = &**engine.log();
        let entry = enter_opposition(log, (&key, &fields), by, wish.reason)?;
        let subject = format!("{} {}", wish.campaign, entry.number);
        let author = named(wish.author);
        (self.server()).add_audit(now, &author, "opposition-entered", &subject)?;
        self.shown_anew(wish.campaign)?;
        Ok(entry)
    }

    /// Takes an entry back: what documents hold of observations it kept back is shown again. Blocks
    /// as [`App::oppose`] does.
    ///
    /// # Errors
    /// When no entry that stands has this number, or storage fails.
    pub fn withdraw_opposition(
        &self,
        campaign: CampaignId,
        number: u32,
        author: Option<AccountId>,
    ) -> Result<(), ErasingError> {
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = self.engine(campaign)?;
        let now = self.clock().now();
        withdraw_opposition(&**engine.log(), number, now)?;
        let (author, subject) = (named(author), format!("{campaign} {number}"));
        (self.server()).add_audit(now, &author, "opposition-withdrawn", &subject)?;
        self.shown_anew(campaign)
    }

    /// The list: numbers, dates and reasons, never facts. Blocks.
    ///
    /// # Errors
    /// When storage fails.
    pub fn oppositions(&self, campaign: CampaignId) -> Result<OppositionList, ErasingError> {
        let engine = self.engine(campaign)?;
        let live = self.live_view(campaign)?;
        live.catch_up().map_err(ViewsError::from)?;
        Ok(OppositionList {
            entries: oppositions(&**engine.log())?,
            held_back: live.view().held_back()?.len() as u32,
            open: engine.log().pseudonyms()?.key().is_some(),
        })
    }

    /// The view is made anew and what it held is overwritten.
    fn shown_anew(&self, campaign: CampaignId) -> Result<(), ErasingError> {
        let live = self.live_view(campaign)?;
        live.rebuild_and_overwrite().map_err(ViewsError::from)?;
        self.forget_review(campaign);
        Ok(())
    }
}

impl From<OpposingError> for ErasingError {
    fn from(error: OpposingError) -> Self {
        match error {
            OpposingError::Already { number } => Self::Opposed { number },
            OpposingError::Unknown => Self::NoOpposition,
            OpposingError::Store(error) => Self::Store(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ForgetWish;
    use crate::projection::fixtures::{World, device, observation, place};
    use crate::projection::{ObservationFilter, ObservationLine, filed_figures};
    use crate::store::PseudonymKey;
    use data_encoding::BASE64;
    use maraude_core::model::{Answer, AnswerValue, Contact, ObservationId};
    use maraude_core::sync::seal_fields;
    use std::path::Path;

    const MARK: &str = "écharpe rayée de vert";

    fn text(text: &str) -> Answer<AnswerValue> {
        Answer::Known(AnswerValue::Text(text.to_owned()))
    }

    /// A tablet sends an interview of somebody who gave letters and a year.
    fn met(world: &World, key: &PseudonymKey, number: u8, family: &str) {
        let round = world.round_key(1, Some(1));
        let mut seen = observation(1, number, place(f64::from(number) * 90.0, 0.0));
        let fields = PseudonymFields::of("Zora", family, 1984).unwrap();
        let to = BASE64.decode(key.public().as_bytes()).unwrap();
        let to: [u8; 32] = to.try_into().unwrap();
        let sealed = seal_fields(&to, world.campaign, seen.id, &fields, [number; 32]);
        let sealed = BASE64.encode(&sealed.unwrap());
        seen.answers.insert("pseudonym".into(), text(&sealed));
        seen.answers.insert("marks".into(), text(MARK));
        seen.note = Some("parle du marché".into());
        seen.typed_place = Some("devant le tabac".into());
        world.tablet_writes(&round, device(1), None, |w| w.put_observation(&seen));
    }

    fn lines(world: &World) -> Vec<ObservationLine> {
        let live = world.app.live_view(world.campaign).unwrap();
        live.catch_up().unwrap();
        live.view().lines(&ObservationFilter::default()).unwrap().0
    }

    fn line(world: &World, number: u8) -> ObservationLine {
        let id = ObservationId::from_random([number; 16]);
        let mut lines = lines(world).into_iter();
        lines.find(|line| line.observation.id == id).unwrap()
    }

    /// Nothing but a place, an hour and a number.
    fn is_bare(line: &ObservationLine) -> bool {
        let of = &line.observation;
        let told = !of.answers.is_empty() || of.note.is_some() || of.typed_place.is_some();
        of.contact == Contact::Refused && !told && of.position().is_some()
    }

    fn wish(world: &World, family: &str) -> OpposingWish {
        OpposingWish {
            campaign: world.campaign,
            given: "zo".into(),
            family: family.into(),
            birth_year: 1984,
            reason: OppositionReason::Person,
            author: None,
        }
    }

    fn held_in(folder: &Path, piece: &[u8]) -> bool {
        std::fs::read_dir(folder).unwrap().any(|item| {
            let path = item.unwrap().path();
            if path.is_dir() {
                return held_in(&path, piece);
            }
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(piece.len()).any(|here| here == piece)
        })
    }

    #[test]
    fn whoever_is_not_to_be_recorded_is_a_bare_tally_before_and_after_they_said_so() {
        let world = World::new();
        let refused = world.app.oppose(&wish(&world, "Dupont"));
        assert!(matches!(refused, Err(ErasingError::NoPseudonyms)));
        let drawn = world.engine.draw_pseudonym_key().unwrap();
        let key = drawn.key().unwrap();
        met(&world, key, 1, "Dupont");
        met(&world, key, 2, "Martin");
        assert!(lines(&world).iter().all(|line| !is_bare(line)));
        let run = world.folder.path().join("data").join("run");
        assert!(
            held_in(&run, MARK.as_bytes()),
            "the search finds what is there"
        );

        let entry = world.app.oppose(&wish(&world, "Dupond")).unwrap();
        assert_eq!(entry.number, 1);
        assert!(is_bare(&line(&world, 1)));
        let other = line(&world, 2);
        assert!(!is_bare(&other) && other.observation.note.is_some());
        assert_eq!(
            filed_figures(&lines(&world)).street,
            [2, 2],
            "still a tally"
        );
        let view = world.app.live_view(world.campaign).unwrap().view();
        let sealed = view.sealed("pseudonym").unwrap();
        assert_eq!(sealed.len(), 1, "linkage is told nothing of them");
        // Met again by a team that knows nothing of it.
        met(&world, key, 3, "Dupont");
        assert!(is_bare(&line(&world, 3)));
        assert_eq!(world.app.oppositions(world.campaign).unwrap().held_back, 2);

        let again = world.app.oppose(&wish(&world, "DU"));
        assert!(matches!(again, Err(ErasingError::Opposed { number: 1 })));
        let facts = world.app.oppose(&OpposingWish {
            birth_year: 84,
            ..wish(&world, "Dupont")
        });
        assert!(matches!(facts, Err(ErasingError::Facts)));
        // What is kept leads to nobody without the key.
        let kept = world.engine.log().meta("oppositions").unwrap().unwrap();
        let fields = PseudonymFields::of("Zora", "Dupont", 1984).unwrap();
        let pieces: [&[u8]; 2] = [fields.bytes(), b"ZODU"];
        for piece in pieces {
            assert!(!kept.windows(piece.len()).any(|here| here == piece));
        }

        let campaign = world.campaign;
        assert!(matches!(
            world.app.withdraw_opposition(campaign, 2, None),
            Err(ErasingError::NoOpposition)
        ));
        world.app.withdraw_opposition(campaign, 1, None).unwrap();
        assert!(!is_bare(&line(&world, 1)) && !is_bare(&line(&world, 3)));
        let list = world.app.oppositions(campaign).unwrap();
        assert!(list.entries[0].withdrawn_at.is_some() && list.held_back == 0);
    }

    #[test]
    fn what_was_held_back_stays_so_once_the_key_is_destroyed() {
        let world = World::new();
        let drawn = world.engine.draw_pseudonym_key().unwrap();
        let key = drawn.key().unwrap();
        met(&world, key, 1, "Dupont");
        world.app.oppose(&wish(&world, "Dupont")).unwrap();
        let forget = ForgetWish {
            campaign: world.campaign,
            confirmation: "Exercice".into(),
            author: "command".into(),
            reason: "les doublons sont décidés".into(),
        };
        world.app.forget_pseudonyms(&forget).unwrap();
        let live = world.app.live_view(world.campaign).unwrap();
        live.rebuild_and_overwrite().unwrap();
        assert!(is_bare(&line(&world, 1)));
        let more = world.app.oppose(&wish(&world, "Martin"));
        assert!(matches!(more, Err(ErasingError::Forgotten)));
        assert!(!world.app.oppositions(world.campaign).unwrap().open);
    }
}
