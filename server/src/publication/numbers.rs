//! The numbers of disclosure control that a campaign's data-protection officer wants stricter than
//! the project's: a short list in the data folder, until the first release, which prints them and
//! fixes them.
//!
//! It must never weaken a number. A list that does not read stops releases. `maraude release
//! settings` writes it.

use super::Past;
use crate::store::DataFolder;
use maraude_core::model::CampaignId;
use maraude_observatory::disclosure::{SettingFault, Settings};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// Why numbers are not set.
#[derive(Debug, thiserror::Error)]
pub enum NumbersError {
    /// A release was made with others.
    #[error("the first release fixed the settings of this campaign")]
    Fixed,
    /// A number is not taken.
    #[error("{name}: {fault}")]
    Fault {
        /// The setting.
        name: String,
        /// Why.
        fault: SettingFault,
    },
    /// The list cannot be read or written.
    #[error("disclosure-settings.json: {0}")]
    File(#[from] io::Error),
}

/// By campaign, then setting.
type List = BTreeMap<CampaignId, BTreeMap<String, u32>>;

/// The list of a data folder.
pub struct Numbers {
    path: PathBuf,
}

impl Numbers {
    /// Of a folder.
    pub fn of(folder: &DataFolder) -> Self {
        Self {
            path: folder.root().join("disclosure-settings.json"),
        }
    }

    fn read(&self) -> io::Result<List> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(List::new()),
            Err(error) => Err(error),
        }
    }

    /// The settings of a campaign's next release.
    ///
    /// # Errors
    /// When the list does not read or holds what would protect less.
    pub fn settings(&self, campaign: CampaignId, past: &Past) -> Result<Settings, NumbersError> {
        if let Some(fixed) = past.settings() {
            return Ok(fixed);
        }
        let list = self.read()?;
        changed(list.get(&campaign).into_iter().flatten())
    }

    /// The numbers of a campaign that somebody wanted stricter.
    ///
    /// # Errors
    /// When the list does not read.
    pub fn own(&self, campaign: CampaignId) -> Result<BTreeMap<String, u32>, NumbersError> {
        Ok(self.read()?.remove(&campaign).unwrap_or_default())
    }

    /// Takes over the numbers of a campaign that comes from another server, in place of any that are there.
    ///
    /// # Errors
    /// [`NumbersError`]: they would protect less; nothing was set then.
    pub fn bring(
        &self,
        campaign: CampaignId,
        numbers: BTreeMap<String, u32>,
    ) -> Result<(), NumbersError> {
        changed(numbers.iter())?;
        let mut list = self.read()?;
        list.remove(&campaign);
        if !numbers.is_empty() {
            list.insert(campaign, numbers);
        }
        Ok(self.write(&list)?)
    }

    fn write(&self, list: &List) -> io::Result<()> {
        let partial = self.path.with_extension("partial");
        std::fs::write(&partial, serde_json::to_vec_pretty(list)?)?;
        std::fs::rename(partial, &self.path)
    }

    /// Sets numbers of a campaign that has released nothing yet; gives all of its settings.
    ///
    /// # Errors
    /// [`NumbersError`]; nothing was set then.
    pub fn set(
        &self,
        campaign: CampaignId,
        past: &Past,
        numbers: &BTreeMap<String, u32>,
    ) -> Result<Settings, NumbersError> {
        if past.settings().is_some() {
            return Err(NumbersError::Fixed);
        }
        let mut list = self.read()?;
        let of = list.entry(campaign).or_default();
        of.extend(numbers.clone());
        let settings = changed(of.iter())?;
        self.write(&list)?;
        Ok(settings)
    }
}

/// The project's settings with these numbers; those that allow others come first.
fn changed<'a>(
    numbers: impl Iterator<Item = (&'a String, &'a u32)>,
) -> Result<Settings, NumbersError> {
    const LAST: &str = "attack_minimum_values";
    let mut numbers: Vec<(&String, &u32)> = numbers.collect();
    numbers.sort_by_key(|(name, _)| *name == LAST);
    let start = Settings::default();
    numbers
        .into_iter()
        .try_fold(start, |settings, (name, value)| {
            settings.with(name, *value).map_err(|fault| {
                let name = name.clone();
                NumbersError::Fault { name, fault }
            })
        })
}
