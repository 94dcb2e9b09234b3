//! The end of a campaign's documents: their keys are destroyed, then its files go, here and in the views' folder; the
//! copies get the keys' file without them. What holds no person stays: releases, their ledger, and a
//! certificate that the server signs.
//!
//! It must never begin without having put what stays aside, and what was begun is always finished:
//! each step may be done again, so a server that ends in the middle goes on at its next start.

use super::backup::{back_up, in_file, put_keys, remove};
use super::residue::{Residue, Scan};
use super::{BackupError, BackupFolders, BackupOrder, CampaignCopy};
use crate::store::{Campaigns, Deed, Log, Remains, ServerStore, StoreError, pause_at};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use maraude_core::model::{CampaignId, DeviceId, TimestampMs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the signature of a certificate covers first.
const DOMAIN: &[u8] = b"maraude/certificate/1";

/// Bytes written at once over a file that goes.
const BLOCK: usize = 64 * 1024;

/// How a campaign's documents end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Everything goes.
    #[default]
    Purge,
    /// Coarse tables stay.
    Coarsening,
}

/// Whom and why.
#[derive(Clone)]
pub struct PurgeOrder {
    /// The campaign.
    pub campaign: CampaignId,
    /// What it is called: for the certificate.
    pub name: String,
    /// Who asked: an account's name, `command`, or `date` for the timed job.
    pub author: String,
    /// Why, in words.
    pub reason: String,
    /// Server clock.
    pub now: TimestampMs,
}

maraude_core::redacts!(PurgeOrder);

/// What was known of a campaign before its purge: counts and identifiers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Purge or coarsening; certificates of earlier versions are of purges.
    #[serde(default)]
    pub act: Act,
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// Who asked.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Server clock.
    pub begun_at: TimestampMs,
    /// Documents whose keys are destroyed.
    pub documents: u64,
    /// Changes that were in the log.
    pub changes: u64,
    /// Refused bytes that were kept.
    pub quarantined: u64,
    /// Tablets that were enrolled: each is told at its next contact.
    pub tablets: Vec<DeviceId>,
    /// Releases that stay.
    pub releases: u64,
    /// SHA-256 over the ledger that stays, hexadecimal.
    pub ledger: String,
    /// SHA-256 over the coarse tables that stay, hexadecimal; none after a purge.
    #[serde(default)]
    pub tables: Option<String>,
}

maraude_core::redacts!(Facts);

impl Facts {
    /// Of a campaign that was purged after a copy was made, and comes back with it as purged: as
    /// JSON.
    pub(super) fn of_a_copy(
        copy: &CampaignCopy,
        server: &ServerStore,
        releases: u64,
        now: TimestampMs,
    ) -> Result<String, StoreError> {
        let tablets = server.devices(copy.campaign)?;
        let facts = Self {
            act: Act::Purge,
            campaign: copy.campaign,
            name: String::new(),
            author: "restoration".to_owned(),
            reason: "purged after this copy was made".to_owned(),
            begun_at: now,
            documents: copy.documents as u64,
            changes: copy.position,
            quarantined: 0,
            tablets: tablets.iter().map(|stored| stored.device.id).collect(),
            releases,
            ledger: String::new(),
            tables: None,
        };
        serde_json::to_string(&facts).map_err(|_| StoreError::Damaged { table: "purges" })
    }
}

/// What a purge did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// What was known before.
    #[serde(flatten)]
    pub facts: Facts,
    /// Server clock.
    pub done_at: TimestampMs,
    /// The campaign's keys, those of its documents, and after a purge that of its coarse tables, are
    /// in no file of this server.
    pub keys_destroyed: bool,
    /// Files that were overwritten and removed.
    pub files_removed: u64,
    /// Folders of copies whose file of keys was replaced: what older copies hold does not open.
    pub copies_reached: Vec<PathBuf>,
    /// Folders of copies that were not there: the next backup into them replaces their keys.
    pub copies_not_reached: Vec<PathBuf>,
    /// Pieces of the campaign's files looked for afterwards; absent where the server ended in the
    /// middle and they were not known any more, and where coarse tables alone were left.
    pub scan: Option<Scan>,
}

/// A certificate with the server's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCertificate {
    /// A [`Certificate`] as JSON, exactly as it was signed.
    pub certificate: String,
    /// Ed25519 over `maraude/certificate/1` ‖ the text, hexadecimal.
    pub signature: String,
    /// The server's key, hexadecimal.
    pub server_key: String,
}

impl SignedCertificate {
    /// Signs a certificate's text under what its signature covers first.
    pub fn sign(text: String, domain: &[u8], signing: &SigningKey) -> Self {
        let signed = [domain, text.as_bytes()].concat();
        Self {
            signature: HEXLOWER.encode(&signing.sign(&signed).to_bytes()),
            server_key: HEXLOWER.encode(signing.verifying_key().as_bytes()),
            certificate: text,
        }
    }

    /// What it certifies, where the signature holds under this server's key.
    pub fn open(&self, server: &VerifyingKey) -> Option<Certificate> {
        let signature = HEXLOWER.decode(self.signature.as_bytes()).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        let signed = [DOMAIN, self.certificate.as_bytes()].concat();
        server.verify_strict(&signed, &signature).ok()?;
        serde_json::from_str(&self.certificate).ok()
    }
}

/// Why a campaign was not purged, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// A file failed.
    #[error(transparent)]
    Files(#[from] BackupError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was written down of it does not read.
    #[error("what was written down of the purge does not read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// Purges campaigns of one server.
pub struct Purger<'a> {
    /// Its campaigns.
    pub campaigns: &'a Campaigns,
    /// The folder of views.
    pub runtime: &'a Path,
    /// The server's key: it signs certificates.
    pub signing: &'a SigningKey,
}

impl Purger<'_> {
    /// Puts aside what stays; from then on the campaign is gone. Gives pieces of its files to look
    /// for afterwards. The campaign must be closed.
    ///
    /// # Errors
    /// [`PurgeError`]; nothing was begun then.
    pub fn begin(&self, order: PurgeOrder, log: &dyn Log) -> Result<Residue, PurgeError> {
        let remains = remains_of(log)?;
        let facts = self.facts(Act::Purge, order, log, &remains)?;
        let residue = Residue::sample(&self.folders(facts.campaign))?;
        let text = serde_json::to_string(&facts)?;
        let server = self.campaigns.server();
        server.begin_purge(facts.campaign, facts.begun_at, &text, &remains)?;
        self.note_begun(&facts)?;
        Ok(residue)
    }

    pub(super) fn facts(
        &self,
        act: Act,
        order: PurgeOrder,
        log: &dyn Log,
        remains: &Remains,
    ) -> Result<Facts, PurgeError> {
        let tablets = self.campaigns.server().devices(order.campaign)?;
        Ok(Facts {
            act,
            campaign: order.campaign,
            name: order.name,
            author: order.author,
            reason: order.reason,
            begun_at: order.now,
            documents: log.documents()?.len() as u64,
            changes: log.last_position()?,
            quarantined: log.open_quarantine(usize::MAX >> 1)?.len() as u64,
            tablets: tablets.iter().map(|stored| stored.device.id).collect(),
            releases: remains.releases.len() as u64,
            ledger: ledger_digest(remains),
            tables: None,
        })
    }

    pub(super) fn note_begun(&self, facts: &Facts) -> Result<(), PurgeError> {
        let action = match facts.act {
            Act::Purge => "campaign-purge-begun",
            Act::Coarsening => "campaign-coarsening-begun",
        };
        let deed = Deed {
            author: &facts.author,
            action,
            subject: &facts.campaign.to_string(),
            reason: &facts.reason,
        };
        self.campaigns.server().add_deed(facts.begun_at, deed)?;
        pause_at("begun");
        Ok(())
    }

    /// Does, or does again, all that follows; gives the certificate.
    ///
    /// # Errors
    /// [`PurgeError`]; it may be called again.
    pub fn finish(
        &self,
        campaign: CampaignId,
        residue: Option<&Residue>,
        now: TimestampMs,
    ) -> Result<SignedCertificate, PurgeError> {
        let server = self.campaigns.server();
        let begun = server
            .purge_of(campaign)?
            .ok_or(StoreError::UnknownCampaign)?;
        if let Some(done) = begun.certificate {
            return Ok(serde_json::from_str(&done)?);
        }
        let signed = self.end(serde_json::from_str(&begun.facts)?, residue, now)?;
        self.note_done(campaign, "campaign-purged", &signed, now)?;
        server.finish_purge(campaign, &serde_json::to_string(&signed)?)?;
        Ok(signed)
    }

    /// Every step but the last, which keeps the certificate; each may be done again.
    pub(super) fn end(
        &self,
        facts: Facts,
        residue: Option<&Residue>,
        now: TimestampMs,
    ) -> Result<SignedCertificate, PurgeError> {
        let (campaign, keys) = (facts.campaign, self.campaigns.keys());
        self.destroy_keys(campaign)?;
        if facts.act == Act::Purge {
            keys.destroy_tables_key(campaign)?;
            self.campaigns.server().drop_coarse_tables(campaign)?;
        }
        pause_at("keys");
        let files_removed = self.remove_files(campaign)?;
        pause_at("files");
        let (copies_reached, copies_not_reached) = match facts.act {
            Act::Purge => self.replace_keys_of_copies()?,
            Act::Coarsening => self.copy_anew(now)?,
        };
        pause_at("copies");
        let left = keys.has_campaign(campaign)?
            || (facts.act == Act::Purge && keys.has_tables_key(campaign)?);
        self.sign(&Certificate {
            facts,
            done_at: now,
            keys_destroyed: !left,
            files_removed,
            scan: match residue {
                Some(residue) => {
                    let mut looked_in = vec![self.campaigns.folder().root().to_path_buf()];
                    looked_in.push(self.runtime.to_path_buf());
                    looked_in.extend(copies_reached.iter().cloned());
                    Some(residue.scan(&looked_in)?)
                }
                None => None,
            },
            copies_reached,
            copies_not_reached,
        })
    }

    /// Before the certificate is kept: a server that ends in between notes the next one too.
    pub(super) fn note_done(
        &self,
        campaign: CampaignId,
        action: &str,
        signed: &SignedCertificate,
        now: TimestampMs,
    ) -> Result<(), PurgeError> {
        let digest = HEXLOWER.encode(&Sha256::digest(signed.certificate.as_bytes()));
        let subject = format!("{campaign} {digest}");
        let server = self.campaigns.server();
        server.add_audit(now, "server", action, &subject)?;
        pause_at("noted");
        Ok(())
    }

    /// First: what was not removed yet does not open any more.
    pub(super) fn destroy_keys(&self, campaign: CampaignId) -> Result<(), PurgeError> {
        Ok(self.campaigns.keys().destroy_campaign(campaign)?)
    }

    pub(super) fn remove_files(&self, campaign: CampaignId) -> Result<u64, PurgeError> {
        let mut removed = 0;
        for folder in self.folders(campaign) {
            for file in files_under(&folder)? {
                in_file(&file, |path| {
                    overwrite(&mut File::options().write(true).open(path)?)
                })?;
                remove(&file)?;
                removed += 1;
            }
            remove(&folder)?;
        }
        remove(&self.campaigns.folder().backup_partial())?;
        Ok(removed)
    }

    fn replace_keys_of_copies(&self) -> Result<Copies, PurgeError> {
        self.reach_copies(&|folder| put_keys(self.campaigns, folder))
    }

    /// A new copy in each folder of copies, which holds the coarse tables, with the keys as they are
    /// now; the keys alone where it takes no copy.
    pub(super) fn copy_anew(&self, now: TimestampMs) -> Result<Copies, PurgeError> {
        self.reach_copies(&|folder| {
            // One that is not plugged in is not made.
            in_file(folder, Path::read_dir)?;
            let order = BackupOrder {
                out: folder.to_path_buf(),
                same_disk_counts: false,
                keep: None,
            };
            match back_up(self.campaigns, &order, now, &|_, _| Ok(())) {
                Ok(_) => Ok(()),
                Err(error) => {
                    tracing::warn!(%error, "no copy could be made of the coarse tables");
                    put_keys(self.campaigns, folder)
                }
            }
        })
    }

    fn reach_copies(
        &self,
        reach: &dyn Fn(&Path) -> Result<(), BackupError>,
    ) -> Result<Copies, PurgeError> {
        let known = BackupFolders::read(self.campaigns.server())?;
        let (mut reached, mut missing) = (Vec::new(), Vec::new());
        for folder in known.folders {
            match reach(&folder) {
                Ok(()) => reached.push(folder),
                Err(error) => {
                    tracing::warn!(%error, "a folder of copies keeps its old keys for now");
                    missing.push(folder);
                }
            }
        }
        Ok((reached, missing))
    }

    /// Where a campaign's files lie.
    pub(super) fn folders(&self, campaign: CampaignId) -> [PathBuf; 2] {
        [
            self.campaigns.folder().campaign(campaign),
            self.runtime.join(campaign.to_string()),
        ]
    }

    fn sign(&self, certificate: &Certificate) -> Result<SignedCertificate, PurgeError> {
        let text = serde_json::to_string(certificate)?;
        Ok(SignedCertificate::sign(text, DOMAIN, self.signing))
    }
}

/// Folders of copies that were reached, and those that were not.
type Copies = (Vec<PathBuf>, Vec<PathBuf>);

/// What of a log holds no person.
pub(super) fn remains_of(log: &dyn Log) -> Result<Remains, StoreError> {
    Ok(Remains {
        releases: log.releases()?,
        ledger: log.ledger()?,
    })
}

fn ledger_digest(remains: &Remains) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"maraude/ledger/1");
    for line in &remains.ledger {
        hasher.update(line.release.to_be_bytes());
        hasher.update((line.body.len() as u64).to_be_bytes());
        hasher.update(&line.body);
    }
    HEXLOWER.encode(&hasher.finalize())
}

/// All files under a folder; none where it is not there.
pub(super) fn files_under(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for item in in_file(&folder, Path::read_dir)? {
            let item = in_file(&folder, |_| item)?;
            let kind = in_file(&folder, |_| item.file_type())?;
            if kind.is_dir() {
                folders.push(item.path());
            } else if kind.is_file() {
                files.push(item.path());
            }
        }
    }
    Ok(files)
}

/// Zeros over a file that goes. On flash memory the old cells may stay: the keys are what counts.
pub(super) fn overwrite(file: &mut File) -> std::io::Result<()> {
    let mut left = file.metadata()?.len();
    let block = vec![0; BLOCK];
    while left > 0 {
        let now = left.min(BLOCK as u64);
        file.write_all(&block[..now as usize])?;
        left -= now;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests;
