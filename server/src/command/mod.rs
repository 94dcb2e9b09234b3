//! The commands of the binary `maraude`, one file each.
//!
//! Commands that touch stored data are [`Operation`]s: asked of the running server through
//! `DIR/control.sock`, or carried out here under `DIR/lock`. `main` calls [`run`].

mod addresses;
mod archive;
mod audit;
mod authority;
mod backup;
mod campaign;
mod certificate;
mod compare;
mod config;
mod control;
mod device;
mod ending;
mod estimate;
mod export;
mod following_tls;
mod geocode;
mod init;
mod layers;
pub mod link;
mod linkage;
mod locate;
mod logout;
mod metrics;
mod moving;
mod person;
mod place;
mod progress;
mod quarantine;
mod rebuild;
mod release;
mod rescue;
mod serve;
mod sheets;
mod table;
mod tiles;
mod user;

pub use control::{Operation, Refusal, ask, listen};
pub use place::{Place, open_app};

use place::PlaceFlags;

use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Maraude's server: counting people sleeping rough, at night, without network.
#[derive(Debug, Parser)]
#[command(name = "maraude", version, about)]
pub struct Cli {
    #[command(flatten)]
    place: PlaceFlags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a data folder and its master key
    Init(init::Init),
    /// Run the server
    Serve(serve::Serve),
    /// The settings: what holds, and what is wrong
    #[command(subcommand)]
    Config(config::Configs),
    /// Campaigns
    #[command(subcommand)]
    Campaign(campaign::Campaigns),
    /// Accounts of the console
    #[command(subcommand)]
    User(user::Users),
    /// Tablets
    #[command(subcommand)]
    Device(device::Devices),
    /// One person's rights, by the code on their slip of paper
    #[command(subcommand)]
    Person(person::Persons),
    /// Files of tablets that could not send
    #[command(subcommand)]
    Rescue(rescue::Rescues),
    /// Paper sheets that somebody typed into a spreadsheet
    #[command(subcommand)]
    Sheets(sheets::Sheets),
    /// What the gate refused
    #[command(subcommand)]
    Quarantine(quarantine::Quarantines),
    /// Imported geography
    #[command(subcommand)]
    Layers(layers::Layers),
    /// The background map of tablets and console
    #[command(subcommand)]
    Tiles(tiles::Tiles),
    /// Imported addresses
    #[command(subcommand)]
    Addresses(addresses::Addresses),
    /// Tell where the typed places of a CSV are
    Geocode(geocode::Geocode),
    /// Tell which areas hold the places of a CSV
    Locate(locate::Locate),
    /// Copy everything to another disk, while the server works
    Backup(backup::Backup),
    /// Bring a backup back as a new data folder
    Restore(backup::Restore),
    /// Read everything to its end and check it
    Verify(backup::Verify),
    /// Make a campaign's view anew from its log
    Rebuild(rebuild::Rebuild),
    /// Certificates to try real tablets with
    #[command(subcommand)]
    Certificate(certificate::Certificates),
    /// What was done on this server
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Releases: what may leave
    #[command(subcommand)]
    Release(release::Releases),
    /// Write the file of a release
    Export(export::Export),
    /// The part not seen, estimated from counts
    #[command(subcommand)]
    Estimate(estimate::Estimates),
    /// Two campaigns on the sectors walked both times
    Compare(compare::Compare),
    /// The parameters of linkage that a campaign's log keeps
    #[command(subcommand)]
    Linkage(linkage::Linkages),
    /// Link a file of observations, without a server
    Link(LinkArguments),
}

/// `maraude link`.
#[derive(Debug, Args)]
struct LinkArguments {
    /// Observations, one row each (CSV)
    #[arg(long, value_name = "FILE")]
    observations: PathBuf,
    /// Folder for clusters.csv, pairs.csv and summary.json
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Leave rows that do not read out, instead of stopping at the first
    #[arg(long)]
    skip_bad_rows: bool,
}

/// Why a command was refused: one sentence, on standard error, with exit code 1.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Refused by the operation itself, or by the running server.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The data folder.
    #[error(transparent)]
    Place(#[from] place::PlaceError),
    /// Running the server.
    #[error(transparent)]
    Serve(#[from] serve::ServeError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// Making the data folder.
    #[error(transparent)]
    Init(#[from] init::InitError),
    /// Making certificates.
    #[error(transparent)]
    Certificate(#[from] certificate::CertificateError),
    /// Linking a file.
    #[error(transparent)]
    Link(#[from] link::LinkError),
    /// Standard input or output.
    #[error(transparent)]
    Terminal(#[from] std::io::Error),
}

/// Runs the command that the arguments name.
pub fn run(cli: Cli) -> ExitCode {
    let Cli { place, command } = cli;
    let done = match command {
        Command::Serve(serve) => serve.run(&place),
        Command::Config(configs) => configs.run(&place),
        other => match place.resolve() {
            Ok(place) => other.run_at(&place),
            Err(error) => Err(error.into()),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing else can be done when standard error is closed.
            let _ = writeln!(std::io::stderr(), "maraude: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run_at(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Serve(_) | Self::Config(_) => unreachable!("they read all settings themselves"),
            Self::Init(init) => init.run(place),
            Self::Campaign(campaigns) => campaigns.run(place),
            Self::User(users) => users.run(place),
            Self::Device(devices) => devices.run(place),
            Self::Person(persons) => persons.run(place),
            Self::Rescue(rescues) => rescues.run(place),
            Self::Sheets(sheets) => sheets.run(place),
            Self::Quarantine(quarantines) => quarantines.run(place),
            Self::Layers(layers) => layers.run(place),
            Self::Tiles(tiles) => tiles.run(place),
            Self::Addresses(addresses) => addresses.run(place),
            Self::Geocode(geocode) => geocode.run(place),
            Self::Locate(locate) => locate.run(place),
            Self::Backup(backup) => backup.run(place),
            Self::Restore(restore) => restore.run(place),
            Self::Verify(verify) => verify.run(place),
            Self::Rebuild(rebuild) => rebuild.run(place),
            Self::Certificate(certificates) => certificates.run(place),
            Self::Audit(audit) => audit.run(place),
            Self::Release(releases) => releases.run(place),
            Self::Export(export) => export.run(place),
            Self::Estimate(estimates) => estimates.run(place),
            Self::Linkage(linkages) => linkages.run(place),
            Self::Compare(compare) => compare.run(place),
            Self::Link(arguments) => run_link(&arguments, place),
        }
    }
}

fn run_link(arguments: &LinkArguments, place: &Place) -> Result<(), CommandError> {
    let mut warn = |line: &str| {
        // Nothing else can be done when standard error is closed.
        let _ = writeln!(std::io::stderr(), "maraude: {line}");
    };
    let LinkArguments {
        observations,
        out,
        skip_bad_rows,
    } = arguments;
    let summary = link::run(observations, out, *skip_bad_rows, &mut warn)?;
    if place.json {
        say(serde_json::to_string(&summary).map_err(std::io::Error::from)?)?;
    } else {
        let unique = summary.unique_people;
        say(format_args!(
            "{} observations, {} clusters; distinct people: {:.0} (95 %: {:.0} to {:.0})",
            summary.observations, summary.clusters, unique.estimate, unique.low, unique.high
        ))?;
    }
    Ok(())
}

/// Prints a line on standard output.
pub fn say(line: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
