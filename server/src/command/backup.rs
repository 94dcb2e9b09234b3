//! `maraude backup`, `maraude restore` and `maraude verify`: copies of everything.
//!
//! `backup` is asked of the running server, or carried out here; `restore` makes a new data folder
//! and needs no server.

use super::control::{Operation, Refusal, ask};
use super::place::{Kept, Place};
use super::{CommandError, say};
use crate::app::App;
use crate::maintenance::{
    BackupError, BackupOrder, CheckedBackup, MadeBackup, RestoreError, RestoreOrder,
    RestoredCampaign, back_up, check, digest_of, restore,
};
use crate::store::StoreError;
use clap::Args;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `maraude backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Folder of the copies, on another disk
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Older copies of the data that stay (default: all)
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Let a copy on the data's own disk count as a second one
    #[arg(long)]
    accept_same_disk: bool,
}

/// `maraude restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// Folder of the copies
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Name of one copy, as data-...maraude (default: the newest)
    #[arg(long, value_name = "NAME")]
    copy: Option<String>,
}

/// `maraude verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Check a copy in this folder instead of the data folder
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
    /// Name of one copy, as data-...maraude (default: the newest)
    #[arg(long, value_name = "NAME", requires = "backup")]
    copy: Option<String>,
}

/// What `verify` asks of the stores.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifyData;

/// What `verify` found of one campaign.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifiedCampaign {
    /// The campaign.
    pub campaign: CampaignId,
    /// Last position and digest of its log, or why it does not read.
    pub log: Result<(u64, String), String>,
}

/// What `verify` found in the data folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifiedData {
    /// Each campaign.
    pub campaigns: Vec<VerifiedCampaign>,
    /// First row of the audit log that does not follow from the one before.
    pub bad_audit_row: Option<u64>,
}

impl From<BackupError> for Refusal {
    fn from(error: BackupError) -> Self {
        Self::new("backup", error.to_string())
    }
}

impl Operation for BackupOrder {
    const NAME: &'static str = "backup";
    type Answer = MadeBackup;

    fn perform(self, app: &App) -> Result<MadeBackup, Refusal> {
        Ok(make(app, &self)?)
    }
}

impl Operation for VerifyData {
    const NAME: &'static str = "verify";
    type Answer = VerifiedData;

    fn perform(self, app: &App) -> Result<VerifiedData, Refusal> {
        let mut campaigns = Vec::new();
        for campaign in app.campaigns().list()? {
            let told = app
                .engine(campaign)
                .and_then(|engine| digest_of(&**engine.log()))
                .map(|(digest, position)| (position, digest));
            campaigns.push(VerifiedCampaign {
                campaign,
                log: told.map_err(|error| error.to_string()),
            });
        }
        Ok(VerifiedData {
            campaigns,
            bad_audit_row: app.server().verify_audit()?,
        })
    }
}

fn make(app: &App, order: &BackupOrder) -> Result<MadeBackup, BackupError> {
    let now = app.clock().now();
    back_up(app.campaigns(), order, now, &|campaign, position| {
        app.engine(campaign)?.mark_copied(position)
    })
}

/// Copies now and then, for ever; a copy is made only when something was added.
pub(super) async fn keep_backing_up(app: App, order: BackupOrder, every: Duration) {
    let mut known = None;
    loop {
        let (app, order, before) = (app.clone(), order.clone(), known.clone());
        let made =
            tokio::task::spawn_blocking(move || copy_when_new(&app, &order, before.as_ref())).await;
        match made {
            Ok(Ok(now)) => known = Some(now),
            Ok(Err(error)) => tracing::error!(%error, "no backup was made"),
            Err(error) => tracing::error!(%error, "the backup broke off"),
        }
        tokio::time::sleep(every).await;
    }
}

type Positions = Vec<(CampaignId, u64)>;

fn copy_when_new(
    app: &App,
    order: &BackupOrder,
    before: Option<&Positions>,
) -> Result<Positions, BackupError> {
    let mut now = Positions::new();
    for engine in app.open_engines() {
        now.push((engine.campaign(), engine.log().last_position()?));
    }
    now.sort_unstable();
    if before != Some(&now) {
        let made = make(app, order)?;
        let (bytes, left_out) = (made.bytes, made.left_out.len());
        tracing::info!(bytes, left_out, "backup made");
    }
    Ok(now)
}

impl Backup {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let order = BackupOrder {
            out: std::path::absolute(&self.out)?,
            same_disk_counts: self.accept_same_disk,
            keep: self.keep,
        };
        let made = ask(place, order)?;
        if place.json {
            say(serde_json::to_string(&made).map_err(std::io::Error::from)?)?;
        } else {
            say(format_args!(
                "{}\n{} campaigns, {:.1} MB; the keys are beside it, in keys.db",
                made.file.display(),
                made.manifest.campaigns.len(),
                made.bytes as f64 / 1e6,
            ))?;
            if !made.is_second_copy {
                say(
                    "This copy is on the data's own disk: it does not count as a second one, and \
                     tablets keep their rounds. Use another disk, or --accept-same-disk.",
                )?;
            }
        }
        if made.left_out.is_empty() {
            return Ok(());
        }
        let told: Vec<String> = made
            .left_out
            .iter()
            .map(|(campaign, cause)| format!("campaign {campaign}: {cause}"))
            .collect();
        Err(Refusal::new("left-out", format!("NOT COPIED: {}", told.join("; "))).into())
    }
}

impl Restore {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let key_path = place
            .master_key
            .as_deref()
            .ok_or(super::place::PlaceError::NoMasterKey)?;
        let (master, _) = place.load_master_key()?;
        let order = order(&self.from, self.copy, &place.data)?;
        let restored = restore(&order, &master)?;
        let kept = Kept {
            master_key: Some(key_path.canonicalize()?),
        };
        let text = serde_json::to_vec_pretty(&kept).map_err(std::io::Error::from)?;
        std::fs::write(place.folder().settings(), text)?;
        if place.json {
            say(serde_json::to_string(&restored).map_err(std::io::Error::from)?)?;
            return Ok(());
        }
        tell(&restored)?;
        say(format_args!(
            "\nrestored into {}. Start the server on it: every tablet then offers again what came \
             after this copy.",
            place.data.display()
        ))?;
        Ok(())
    }
}

impl Verify {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let Some(from) = self.backup else {
            return verify_data(place);
        };
        let (master, _) = place.load_master_key()?;
        let opened = tempfile::Builder::new()
            .prefix(".maraude-verify-")
            .tempdir_in(&from)?;
        let order = order(&from, self.copy, &opened.path().join("data"))?;
        let checked = check(&order, &master)?;
        if place.json {
            say(serde_json::to_string(&checked).map_err(std::io::Error::from)?)?;
        } else {
            tell(&checked)?;
            say("\nevery change reads, and every log is the one that was copied")?;
        }
        Ok(())
    }
}

fn order(from: &Path, copy: Option<String>, into: &Path) -> Result<RestoreOrder, std::io::Error> {
    Ok(RestoreOrder {
        from: std::path::absolute(from)?,
        copy,
        into: std::path::absolute(into)?,
        now: crate::config::Clock::system().now(),
    })
}

fn tell(checked: &CheckedBackup) -> std::io::Result<()> {
    let at = jiff::Timestamp::from_millisecond(checked.made_at)
        .map_or_else(|_| "unknown".to_owned(), |at| at.to_string());
    say(format_args!("{}\nmade at {at}", checked.file.display()))?;
    for RestoredCampaign {
        copy,
        erased_since,
        purged_since,
    } in &checked.campaigns
    {
        let mut line = format!(
            "campaign {}: {} documents, log at {}",
            copy.campaign, copy.documents, copy.position
        );
        if *purged_since {
            line.push_str("; purged since, and stays so");
        }
        if *erased_since > 0 {
            line = format!("{line}; {erased_since} documents erased since, and they stay so");
        }
        say(line)?;
    }
    Ok(())
}

fn verify_data(place: &Place) -> Result<(), CommandError> {
    let found = ask(place, VerifyData)?;
    let mut bad = Vec::new();
    for VerifiedCampaign { campaign, log } in &found.campaigns {
        if let Err(cause) = log {
            bad.push(format!("campaign {campaign}: {cause}"));
        }
    }
    if let Some(row) = found.bad_audit_row {
        bad.push(format!(
            "audit log: row {row} does not follow from the one before"
        ));
    }
    if place.json {
        say(serde_json::to_string(&found).map_err(std::io::Error::from)?)?;
    } else {
        for VerifiedCampaign { campaign, log } in &found.campaigns {
            if let Ok((position, digest)) = log {
                say(format_args!(
                    "campaign {campaign}: log at {position}, {digest}"
                ))?;
            }
        }
        if found.bad_audit_row.is_none() {
            say("audit log: every row follows from the one before")?;
        }
    }
    if bad.is_empty() {
        return Ok(());
    }
    Err(Refusal::new("damaged", bad.join("; ")).into())
}

impl From<RestoreError> for CommandError {
    fn from(error: RestoreError) -> Self {
        Refusal::new("restore", error.to_string()).into()
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}
