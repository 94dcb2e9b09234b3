//! `maraude device enrol/revoke/list`.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::auth::{NewCode, issue_code};
use clap::{Args, Subcommand};
use maraude_core::model::{CampaignId, DeviceId, TeamId, TimestampMs};
use maraude_core::sync::link_fragment;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::{Deserialize, Serialize};

/// `maraude device ...`.
#[derive(Debug, Subcommand)]
pub enum Devices {
    /// Print a one-time code to enrol a tablet
    Enrol(EnrolArguments),
    /// Revoke a tablet: it reads nothing more, what it sends is kept sealed
    Revoke(Revoke),
    /// List a campaign's tablets
    List(List),
}

/// `maraude device enrol`.
#[derive(Debug, Args)]
pub struct EnrolArguments {
    #[command(flatten)]
    enrol: Enrol,
    /// The link as a QR code too
    #[arg(long)]
    qr: bool,
    /// Address the tablet uses (default: the server's)
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// A code to be issued.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Enrol {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Label of the tablet's sticker
    #[arg(long)]
    label: String,
    /// Code of the team it is handed to
    #[arg(long)]
    team: Option<String>,
    /// Whose tablet it is
    #[arg(long)]
    organisation: Option<String>,
}

/// `maraude device revoke`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Revoke {
    /// Identifier of the tablet
    device: DeviceId,
}

/// `maraude device list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {
    /// The campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// A code that was issued.
#[derive(Serialize, Deserialize)]
pub struct Issued {
    /// To be typed.
    pub code: String,
    /// To be opened on the tablet.
    pub link: String,
    /// Server clock, milliseconds.
    pub expires_at: TimestampMs,
}

maraude_core::redacts!(Issued);

/// A tablet as it is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeviceLine {
    /// Identifier.
    pub id: DeviceId,
    /// Label.
    pub label: String,
    /// Server clock, milliseconds.
    pub enrolled_at: TimestampMs,
    /// Server clock, milliseconds.
    pub last_contact_at: Option<TimestampMs>,
    /// What it says it has not sent.
    pub unsent: u32,
    /// Server clock, milliseconds.
    pub revoked_at: Option<TimestampMs>,
}

impl Devices {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Enrol(arguments) => {
                let mut issued = ask(place, arguments.enrol)?;
                if let (Some(base), Some((_, fragment))) =
                    (arguments.base_url, issued.link.split_once('#'))
                {
                    issued.link = format!("{}/#{fragment}", base.trim_end_matches('/'));
                }
                print_code(&issued, arguments.qr, place.json)?;
            }
            Self::Revoke(revoke) => ask(place, revoke)?,
            Self::List(list) => {
                let lines = ask(place, list)?;
                if place.json {
                    say(serde_json::to_string(&lines).map_err(std::io::Error::from)?)?;
                } else {
                    for line in lines {
                        let state = if line.revoked_at.is_some() {
                            "revoked"
                        } else {
                            "active"
                        };
                        say(format_args!("{}  {state:8} {}", line.id, line.label))?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn print_code(issued: &Issued, qr: bool, json: bool) -> std::io::Result<()> {
    if json {
        return say(serde_json::to_string(issued)?);
    }
    say(format_args!("code: {}\nlink: {}", issued.code, issued.link))?;
    if qr && let Ok(code) = QrCode::new(&issued.link) {
        let picture = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build();
        say(picture)?;
    }
    Ok(())
}

impl Operation for Enrol {
    const NAME: &'static str = "device-enrol";
    type Answer = Issued;

    fn perform(self, app: &App) -> Result<Issued, Refusal> {
        let campaign = choose(app, self.campaign)?;
        app.goes_on_here(campaign)?;
        let team = match &self.team {
            Some(code) => Some(team(app, campaign, code)?),
            None => None,
        };
        let new = NewCode {
            campaign,
            label: self.label,
            team,
            organisation: self.organisation,
            // Whoever works at the server's own console holds all there is.
            accepted: true,
        };
        let now = app.clock().now();
        let issued = issue_code(app.server(), new, now)?;
        let subject = format!("{campaign} {}", issued.name);
        let (server, action) = (app.server(), "code-issued");
        server.add_audit(now, "command", action, &subject)?;
        Ok(Issued {
            code: issued.code,
            link: format!(
                "{}/{}",
                app.config().public_url,
                link_fragment(
                    &issued.link_secret,
                    campaign,
                    app.signing().verifying_key().as_bytes(),
                ),
            ),
            expires_at: issued.expires_at,
        })
    }
}

fn team(app: &App, campaign: CampaignId, code: &str) -> Result<TeamId, Refusal> {
    let plan = app.engine(campaign)?.plan()?;
    let found = plan.teams.iter().find(|team| team.code == code);
    found
        .map(|team| team.id)
        .ok_or_else(|| Refusal::new("team-unknown", format!("no team has the code {code}")))
}

impl Operation for Revoke {
    const NAME: &'static str = "device-revoke";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        if app.server().device(self.device)?.is_none() {
            return Err(Refusal::new("device-unknown", "no such tablet"));
        }
        app.revoke(self.device, "command")?;
        Ok(())
    }
}

impl Operation for List {
    const NAME: &'static str = "device-list";
    type Answer = Vec<DeviceLine>;

    fn perform(self, app: &App) -> Result<Vec<DeviceLine>, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let engine = app.engine(campaign)?;
        let devices = app.server().devices(campaign)?;
        let lines = devices.into_iter().map(|stored| {
            let contact = engine.contact(stored.device.id);
            DeviceLine {
                id: stored.device.id,
                label: stored.device.label,
                enrolled_at: stored.enrolled_at,
                last_contact_at: contact.as_ref().map(|contact| contact.at),
                unsent: contact.map_or(0, |contact| contact.device_report.unsent),
                revoked_at: stored.device.revoked_at,
            }
        });
        Ok(lines.collect())
    }
}
