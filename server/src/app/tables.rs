//! What a campaign leaves: counts without persons, by command or before its coarsening, and then one
//! coarse row per counted place.
//!
//! It must never write anything: `command` writes files, `maintenance` seals what stays here.

use super::{App, EndingError};
use crate::export::Format;
use crate::maintenance::CoarseFile;
use crate::publication::{
    ArchiveFile, COARSE_FILE, Numbers, Past, Prepared, Sources, archive, coarse_rows, prepare,
    releases,
};
use maraude_core::model::CampaignId;

fn failed(error: &dyn std::fmt::Display) -> EndingError {
    EndingError::Tables(error.to_string())
}

impl App {
    /// The files of a campaign's archive: counts by sector and unit, releases, method. Blocks.
    ///
    /// # Errors
    /// [`EndingError::Tables`] when the view, the settings or a release do not read.
    pub fn archive_files(&self, campaign: CampaignId) -> Result<Vec<ArchiveFile>, EndingError> {
        let past = self.past(campaign).map_err(|error| failed(&error))?;
        Ok(self.prepared_files(campaign, &past)?.0)
    }

    /// The same, and one coarse row per counted place. Blocks.
    pub(super) fn coarse_tables(
        &self,
        campaign: CampaignId,
    ) -> Result<Vec<CoarseFile>, EndingError> {
        // What was promised of persons does not wait for a release that does not read.
        let past = self.past(campaign).unwrap_or_else(|error| {
            tracing::error!(%error, %campaign, "coarse tables are made without its releases");
            Past::default()
        });
        let (mut files, prepared) = self.prepared_files(campaign, &past)?;
        files.push((COARSE_FILE.to_owned(), coarse_rows(&prepared)));
        Ok(files)
    }

    /// The coarse tables that stay of a campaign.
    ///
    /// # Errors
    /// When it was not coarsened, or was purged.
    pub fn coarse_files(&self, campaign: CampaignId) -> Result<Vec<CoarseFile>, EndingError> {
        Ok(self.purger().coarse_files(campaign)?)
    }

    pub(super) fn prepared_files(
        &self,
        campaign: CampaignId,
        past: &Past,
    ) -> Result<(Vec<ArchiveFile>, Prepared), EndingError> {
        let live = self.live_view(campaign).map_err(|error| failed(&error))?;
        live.catch_up().map_err(|error| failed(&error))?;
        let (view, ground) = (live.view(), live.ground());
        let position = view.position().map_err(|error| failed(&error))?;
        let engine = self.engine(campaign)?;
        let runs = crate::review::Sources {
            view: &live,
            log: engine.log().as_ref(),
            now: self.clock().now(),
        };
        // Under the snapshot that the screens and releases tell the figure with.
        let reviewed = (self.review(campaign).anew(runs, position)).map_err(|e| failed(&e))?;
        let sources = Sources {
            view: &view,
            ground: &ground,
            reviewed: &reviewed,
        };
        let numbers = Numbers::of(self.folder()).settings(campaign, past);
        let settings = numbers.map_err(|error| failed(&error))?;
        let prepared = prepare(sources, &settings)
            .map_err(|error| failed(&error))?
            .ok_or_else(|| failed(&"the campaign has no plan"))?;
        let kept = releases(past.own().to_vec()).map_err(|error| failed(&error))?;
        let mut files = archive(sources, &prepared, &kept, &settings).map_err(|e| failed(&e))?;
        for kept in &kept {
            let mut bytes = Vec::new();
            Format::Geojson
                .write(&kept.release, &mut bytes)
                .map_err(|error| failed(&error))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            files.push((Format::Geojson.file_name(&kept.release), text));
        }
        Ok((files, prepared))
    }
}
