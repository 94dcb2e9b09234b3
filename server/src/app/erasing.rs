//! One person's rights, by the code on their slip of paper: what was recorded is found, shown, and
//! erased everywhere on this server (GDPR, articles 15 to 17 and 21).
//!
//! It must never change a release that was frozen, nor its ledger, nor write down what was recorded.
//! `command` and `http` call it.

use super::reason::written_reason;
use super::{App, EndingError, ViewsError};
use crate::geolocation::FollowError;
use crate::maintenance::{BackupFolders, BackupOrder, SignedCertificate, back_up};
use crate::projection::{ObservationFilter, ObservationLine, ViewError};
use crate::review::drop_number;
use crate::store::{Deed, StoreError, drop_held_back};
use crate::sync::{EngineError, Erased, ReissueError};
use data_encoding::HEXLOWER;
use maraude_core::form::{QuestionKind, questionnaire};
use maraude_core::model::{CampaignId, Night, ObservationId, ObservationKind, TimestampMs};
use maraude_core::sync::{paper_code, read_paper_code};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the signature of a certificate of erasure covers first.
const DOMAIN: &[u8] = b"maraude/erasure/1";

/// What was recorded of somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFound {
    /// The observation.
    pub observation: ObservationId,
    /// The code on the slip.
    pub code: String,
    /// Its night.
    pub night: Night,
    /// The team that met them.
    pub team: String,
    /// The sector.
    pub sector: Option<String>,
    /// What was observed.
    pub kind: ObservationKind,
    /// When, by the server's clock.
    pub observed_at: TimestampMs,
    /// Taken back by the team: hidden, and still there.
    pub withdrawn: bool,
    /// Everything that is held, field by field, in words.
    pub held: BTreeMap<String, String>,
}

maraude_core::redacts!(PersonFound);

/// What somebody wants erased.
#[derive(Clone)]
pub struct ErasureWish {
    /// The campaign.
    pub campaign: CampaignId,
    /// The code on the slip, typed.
    pub code: String,
    /// Which, should two have this code.
    pub observation: ObservationId,
    /// Who asks: an account's identifier, or `command`.
    pub author: String,
    /// Why: which request it answers. Never a name.
    pub reason: String,
}

maraude_core::redacts!(ErasureWish);

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureCertificate {
    /// The campaign.
    pub campaign: CampaignId,
    /// The observation: an identifier that leads to nothing any more.
    pub observation: ObservationId,
    /// Server clock.
    pub begun_at: TimestampMs,
    /// Server clock.
    pub done_at: TimestampMs,
    /// Documents that are gone, their keys destroyed, and what took their place.
    #[serde(flatten)]
    pub erased: Erased,
    /// The view was made anew and the former one overwritten.
    pub view_made_anew: bool,
    /// Folders of copies that hold a new copy and the keys as they are now: what older copies hold of
    /// it does not open.
    pub copies_reached: Vec<PathBuf>,
    /// Folders of copies that were not there: the next backup into them replaces their keys.
    pub copies_not_reached: Vec<PathBuf>,
}

/// Why nothing was found or erased.
#[derive(Debug, thiserror::Error)]
pub enum ErasingError {
    /// A letter is wrong or missing.
    #[error("this is no code: a letter is wrong or missing")]
    Code,
    /// No observation of the campaign has this code.
    #[error(
        "nothing on this server has this code: it was erased, or its tablet has not sent it yet"
    )]
    Unknown,
    /// The campaign never asked for pseudonyms.
    #[error("this campaign never asked for pseudonyms: there is no key to destroy")]
    NoPseudonyms,
    /// The key of its pseudonyms was destroyed.
    #[error("the key of this campaign's pseudonyms was destroyed: nobody can be recognised")]
    Forgotten,
    /// Letters or a year that cannot be read.
    #[error("two letters of each name and a year of birth are needed")]
    Facts,
    /// They stand in the list of those who are not recorded.
    #[error("this stands in the list already, under number {number}")]
    Opposed {
        /// Under which number.
        number: u32,
    },
    /// No entry that stands has this number.
    #[error("no entry that stands has this number")]
    NoOpposition,
    /// Held, not open to it, or without a reason.
    #[error(transparent)]
    Ending(#[from] EndingError),
    /// The documents could not be issued anew; nothing was erased.
    #[error(transparent)]
    Reissue(#[from] ReissueError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The view.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ViewError> for ErasingError {
    fn from(error: ViewError) -> Self {
        Self::Views(FollowError::from(error).into())
    }
}

impl ErasingError {
    /// Stable kebab-case code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code => "paper-code-wrong",
            Self::Unknown => "paper-code-unknown",
            Self::NoPseudonyms => "pseudonyms-never-asked",
            Self::Forgotten => "pseudonyms-forgotten",
            Self::Facts => "facts-wrong",
            Self::Opposed { .. } => "already-opposed",
            Self::NoOpposition => "not-there",
            Self::Ending(error) => error.code(),
            Self::Reissue(_) | Self::Engine(_) | Self::Views(_) | Self::Store(_) => {
                "internal-error"
            }
        }
    }
}

/// Of sealed answers only that they were given: what was sealed reads to nobody.
fn told_as_given(mut held: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let form = questionnaire("");
    for (field, text) in &mut held {
        let name = field.strip_prefix("a.").unwrap_or_default();
        let sealed = (form.question(name)).is_some_and(|q| q.kind == QuestionKind::Sealed);
        if sealed && !text.starts_with('~') {
            "given".clone_into(text);
        }
    }
    held
}

impl App {
    /// What was recorded under a code, nearly always one observation. Noted in the audit. Blocks.
    ///
    /// # Errors
    /// [`ErasingError::Code`] and [`ErasingError::Unknown`], or when storage fails.
    pub fn find_person(
        &self,
        campaign: CampaignId,
        typed: &str,
        author: &str,
    ) -> Result<Vec<PersonFound>, ErasingError> {
        let lines = self.lines_with_code(campaign, typed)?;
        let engine = self.engine(campaign)?;
        let mut found = Vec::new();
        for line in lines {
            let observation = line.observation.id;
            let key = format!("observation:{observation}");
            let held = engine.read(line.document, |document| document.fields(&key))?;
            let held = held.map(told_as_given);
            let subject = format!("{campaign} {observation}");
            let now = self.clock().now();
            (self.server()).add_audit(now, author, "person-read", &subject)?;
            found.push(PersonFound {
                observation,
                code: paper_code(campaign, observation),
                night: line.night,
                team: line.team_code,
                sector: line.sector_code,
                kind: line.observation.kind,
                observed_at: line.observed_at,
                withdrawn: !line.observation.stands(),
                held: held.unwrap_or_default(),
            });
        }
        Ok(found)
    }

    /// Erases what was recorded under a code: in the log, in quarantine, in the view, in what is kept
    /// in memory, and in every copy within reach. Blocks, for as long as it takes to make the view and
    /// the copies anew: not for the tablets' pool.
    ///
    /// # Errors
    /// [`ErasingError`]; nothing was erased.
    pub fn erase_person(&self, wish: &ErasureWish) -> Result<SignedCertificate, ErasingError> {
        let why = written_reason(&wish.reason).map_err(EndingError::from)?;
        self.check_hold(wish.campaign)?;
        let (campaign, observation) = (wish.campaign, wish.observation);
        let lines = self.lines_with_code(campaign, &wish.code)?;
        let line = lines
            .into_iter()
            .find(|line| line.observation.id == observation)
            .ok_or(ErasingError::Unknown)?;
        let begun_at = self.clock().now();
        let subject = format!("{campaign} {observation}");
        let deed = |action| Deed {
            author: &wish.author,
            action,
            subject: &subject,
            reason: &why,
        };
        (self.server()).add_deed(begun_at, deed("person-erasure-begun"))?;
        let engine = self.engine(campaign)?;
        let erased = engine.erase_observation(line.document, observation)?;
        let view_made_anew = match self.live_view(campaign) {
            Ok(live) => live.rebuild_and_overwrite().map_err(ViewsError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = &view_made_anew {
            tracing::error!(%error, %campaign, "the view is made anew at the next start");
        }
        if let Err(error) = drop_number(&**engine.log(), observation) {
            tracing::error!(%error, %campaign, "a random number of it is kept");
        }
        if let Err(error) = drop_held_back(&**engine.log(), observation) {
            tracing::error!(%error, %campaign, "that it was held back is kept");
        }
        self.forget_review(campaign);
        let (copies_reached, copies_not_reached) = self.copy_after_erasing()?;
        let certificate = ErasureCertificate {
            campaign,
            observation,
            begun_at,
            done_at: self.clock().now(),
            erased,
            view_made_anew: view_made_anew.is_ok(),
            copies_reached,
            copies_not_reached,
        };
        let text = serde_json::to_string(&certificate)
            .map_err(|_| StoreError::Damaged { table: "audit" })?;
        let signed = SignedCertificate::sign(text, DOMAIN, self.signing());
        let digest = HEXLOWER.encode(&Sha256::digest(signed.certificate.as_bytes()));
        let subject = format!("{subject} {digest}");
        (self.server()).add_audit(certificate.done_at, &wish.author, "person-erased", &subject)?;
        tracing::warn!(%campaign, "what was recorded of a person was erased");
        Ok(signed)
    }

    fn lines_with_code(
        &self,
        campaign: CampaignId,
        typed: &str,
    ) -> Result<Vec<ObservationLine>, ErasingError> {
        let code = read_paper_code(typed).ok_or(ErasingError::Code)?;
        let live = self.live_view(campaign)?;
        live.catch_up().map_err(ViewsError::from)?;
        let view = live.view();
        let mut lines = Vec::new();
        for id in view.observation_ids()? {
            if paper_code(campaign, id) == code {
                let filter = ObservationFilter {
                    id: Some(id),
                    ..ObservationFilter::default()
                };
                lines.extend(view.lines(&filter)?.0);
            }
        }
        if lines.is_empty() {
            return Err(ErasingError::Unknown);
        }
        Ok(lines)
    }

    /// A new copy first, then the keys beside it: until it is there, the former copies are all there
    /// is of everybody else.
    pub(super) fn copy_after_erasing(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), StoreError> {
        let (mut reached, mut missing) = (Vec::new(), Vec::new());
        for folder in BackupFolders::read(self.server())?.folders {
            let order = BackupOrder {
                out: folder.clone(),
                same_disk_counts: false,
                keep: None,
            };
            let now = self.clock().now();
            let there = folder.is_dir();
            let made = there.then(|| {
                back_up(self.campaigns(), &order, now, &|campaign, position| {
                    self.engine(campaign)?.mark_copied(position)
                })
            });
            match made {
                Some(Ok(_)) => reached.push(folder),
                Some(Err(error)) => {
                    tracing::warn!(%error, "a folder of copies keeps its old keys for now");
                    missing.push(folder);
                }
                None => missing.push(folder),
            }
        }
        Ok((reached, missing))
    }
}
