//! `maraude campaign export` and `maraude campaign import`: a campaign moves to another server.
//!
//! The file is read by whoever holds the data folder; the words are told once, on the way out, and typed
//! on the way in.

use super::control::files::{FileOperation, ask_file};
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, ExportWish, ExportingError, GoneError, KeepingError};
use crate::maintenance::{ArrivalOrder, Arrived, MovedCampaign, MovingError, look, read_whole};
use crate::store::{Key32, key_of_words, random, words_of};
use clap::Args;
use data_encoding::HEXLOWER;
use maraude_core::model::CampaignId;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// `maraude campaign export`.
#[derive(Args)]
pub struct ExportArguments {
    /// The campaign: locked, or without any tablet
    #[arg(long)]
    campaign: CampaignId,
    /// File to make; it holds everything of the campaign, sealed
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Why, in at least 10 characters: it is kept in the audit log
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

maraude_core::redacts!(ExportArguments);

/// `maraude campaign import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// What `maraude campaign export` wrote
    file: PathBuf,
    /// File with the 24 transfer words (default: they are read from standard input)
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// Import it although files the campaign works with are not here: its places are looked up in this
    /// server's own
    #[arg(long)]
    other_layers: bool,
    /// Do not ask before it is imported
    #[arg(long)]
    yes: bool,
}

/// `maraude campaign keep`.
#[derive(Args, Serialize, Deserialize)]
pub struct Keep {
    /// The campaign that was exported
    #[arg(long)]
    campaign: CampaignId,
    /// Why, in at least 10 characters: it is kept in the audit log
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Say so: the file was taken in nowhere, and is destroyed
    #[arg(long)]
    file_destroyed: bool,
}

maraude_core::redacts!(Keep);

/// A key on its way through the server's socket, in hexadecimal.
#[derive(Serialize, Deserialize)]
struct KeyText(String);

maraude_core::redacts!(KeyText);

impl KeyText {
    fn of(key: &Key32) -> Self {
        Self(HEXLOWER.encode(&**key))
    }

    fn read(&self) -> Result<Key32, Refusal> {
        let unreadable = || Refusal::new("unreadable", "the key does not read");
        let bytes = HEXLOWER.decode(self.0.as_bytes());
        let bytes = Zeroizing::new(bytes.map_err(|_| unreadable())?);
        let key = bytes.as_slice().try_into().map_err(|_| unreadable())?;
        Ok(Zeroizing::new(key))
    }
}

/// A campaign leaves.
#[derive(Serialize, Deserialize)]
pub struct Export {
    campaign: CampaignId,
    key: KeyText,
    reason: String,
}

maraude_core::redacts!(Export);

/// A campaign arrives.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    file: PathBuf,
    key: KeyText,
    other_layers: bool,
}

impl From<ExportingError> for Refusal {
    fn from(error: ExportingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<GoneError> for Refusal {
    fn from(error: GoneError) -> Self {
        let code = match error {
            GoneError::Exported => "campaign-exported",
            GoneError::Store(_) => "storage",
        };
        Self::new(code, error.to_string())
    }
}

impl From<KeepingError> for Refusal {
    fn from(error: KeepingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl Operation for Keep {
    const NAME: &'static str = "campaign-keep";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        if !self.file_destroyed {
            return Err(Refusal::new(
                "not-confirmed",
                "two servers with one campaign may tell together what neither may tell alone. Make sure \
                 that the file was taken in nowhere, destroy it and its words, then say so: \
                 --file-destroyed",
            ));
        }
        Ok(app.keep_campaign(self.campaign, &self.reason)?)
    }
}

impl From<MovingError> for Refusal {
    fn from(error: MovingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl FileOperation for Export {
    const NAME: &'static str = "campaign-export";

    fn write(self, app: &App, out: &mut dyn Write) -> Result<(), Refusal> {
        let wish = ExportWish {
            campaign: self.campaign,
            key: self.key.read()?,
            reason: self.reason,
        };
        app.export_campaign(&wish, out)?;
        Ok(())
    }
}

impl Operation for Import {
    const NAME: &'static str = "campaign-import";
    type Answer = Arrived;

    fn perform(self, app: &App) -> Result<Arrived, Refusal> {
        let order = ArrivalOrder {
            file: self.file,
            key: self.key.read()?,
            other_layers: self.other_layers,
            now: app.clock().now(),
        };
        Ok(app.import_campaign(&order)?)
    }
}

impl ExportArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let key: Key32 = Zeroizing::new(random()?);
        let mut options = File::options();
        let made = options.write(true).create_new(true).mode(0o600);
        let mut file = made.open(&self.out).map_err(|error| {
            let out = self.out.display();
            let reason = match error.kind() {
                ErrorKind::AlreadyExists => format!("{out} exists already: choose another name"),
                _ => format!("{out}: {error}"),
            };
            Refusal::new("file", reason)
        })?;
        let written = self.write(place, &key, &mut file);
        if written.is_err() {
            // The words of what is there are known to nobody.
            std::fs::remove_file(&self.out)?;
        }
        let (told, digest) = written?;
        self.tell(place, &told, &digest, &words_of(&key))
    }

    /// Written, and read back to its end before anybody is told that it is there.
    fn write(
        &self,
        place: &Place,
        key: &Key32,
        file: &mut File,
    ) -> Result<(MovedCampaign, String), CommandError> {
        let wanted = Export {
            campaign: self.campaign,
            key: KeyText::of(key),
            reason: self.reason.clone(),
        };
        ask_file(place, wanted, file)?;
        file.sync_all()?;
        Ok(read_whole(&self.out, key).map_err(Refusal::from)?)
    }

    fn tell(
        &self,
        place: &Place,
        told: &MovedCampaign,
        digest: &str,
        words: &str,
    ) -> Result<(), CommandError> {
        if place.json {
            let told = serde_json::json!({
                "file": self.out, "sha256": digest, "words": words, "campaign": told,
            });
            return Ok(say(told)?);
        }
        say(self.out.display())?;
        describe(told)?;
        say(format_args!("SHA-256 of the file: {digest}"))?;
        say(
            "\nTransfer words. Write them on paper; they go another way than the file, and are not told",
        )?;
        say("again. Whoever has both reads everything in it.\n")?;
        for (line, words) in words.split(' ').collect::<Vec<_>>().chunks(6).enumerate() {
            say(format_args!("{:2}. {}", line * 6 + 1, words.join(" ")))?;
        }
        say(
            "\nThe campaign is still here, and nothing more is released of it here: what comes after this \
             is not in the file. Import it there, compare what `maraude verify` says on both, then purge \
             it here and destroy file and words. If it stays after all: maraude campaign keep.",
        )?;
        Ok(())
    }
}

impl ImportArguments {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        let file = self.file.canonicalize().map_err(|error| {
            let reason = format!("{}: {error}", self.file.display());
            Refusal::new("file", reason)
        })?;
        let key = self.read_key()?;
        let told = look(&file, &key).map_err(Refusal::from)?;
        if !place.json {
            describe(&told)?;
            say(format_args!("it left server {}", told.from_key))?;
        }
        if !self.yes && !asked("Import it into this server? [y/N] ")? {
            let reason = "nothing was imported: answer y, or give --yes";
            return Err(Refusal::new("not-confirmed", reason).into());
        }
        let wanted = Import {
            file,
            key: KeyText::of(&key),
            other_layers: self.other_layers,
        };
        let arrived = ask(place, wanted)?;
        if place.json {
            return Ok(say(
                serde_json::to_string(&arrived).map_err(std::io::Error::from)?
            )?);
        }
        say(format_args!("SHA-256 of the file: {}", arrived.file))?;
        for layer in &arrived.layers_missing {
            say(format_args!(
                "WITHOUT {} {}: places are looked up in this server's own",
                layer.kind, layer.source
            ))?;
        }
        Ok(say(
            "\nimported. Compare what `maraude verify` says on both servers, make a backup here \
             (maraude backup), then purge the campaign there and destroy file and words.",
        )?)
    }

    fn read_key(&self) -> Result<Key32, CommandError> {
        let text = match &self.words {
            Some(path) => Zeroizing::new(std::fs::read_to_string(path).map_err(|error| {
                let reason = format!("{}: {error}", path.display());
                Refusal::new("file", reason)
            })?),
            None => read_words()?,
        };
        let reason = "these are not 24 transfer words: look for one that was misread";
        Ok(key_of_words(&text).ok_or_else(|| Refusal::new("words-wrong", reason))?)
    }
}

/// Lines of standard input until there are 24 words, or no more lines.
fn read_words() -> std::io::Result<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        write!(std::io::stderr(), "The 24 transfer words: ")?;
    }
    let mut text = Zeroizing::new(String::new());
    let words = |text: &str| {
        let all = text.split_whitespace();
        all.filter(|word| word.starts_with(char::is_alphabetic))
            .count()
    };
    while words(&text) < 24 {
        if std::io::stdin().read_line(&mut text)? == 0 {
            break;
        }
    }
    Ok(text)
}

fn asked(question: &str) -> std::io::Result<bool> {
    write!(std::io::stderr(), "{question}")?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes" | "o" | "oui"))
}

fn describe(told: &MovedCampaign) -> std::io::Result<()> {
    let MovedCampaign { log, .. } = told;
    say(format_args!(
        "campaign {} ({}): {} documents, {} erased, {} tablets, {} releases",
        told.campaign, told.name, log.documents, log.erased, told.tablets, log.releases
    ))?;
    say(format_args!("log at {}, {}", log.position, log.digest))
}
