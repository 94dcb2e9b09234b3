//! A whole night through the real enrolment and sync: what the demo shows and the tests rely on.

use crate::console::Console;
use crate::dice::Dice;
use crate::population::{Encounter, Ground, Population, SectorShape, Size};
use crate::tablet::SimulatedTablet;
use anyhow::{Context, Result};
use maraude_core::form::FormKind;
use maraude_core::model::{
    Answer, AnswerValue, Audience, CampaignId, CampaignKind, CampaignMode, CountMethod, Coverage,
    HeadCount, LegalFrame, Night, ObservationId, RetentionFrame, RiskClass, SectorId, SiteId,
    TeamId, TimestampMs, WithdrawalReason, ZoneId,
};
use maraude_core::tablet::Event;
use maraude_server::http::contract::{
    AssignmentEntry, Command, NewCampaign, SectorEntry, SiteEntry, TeamEntry, ZoneEntry,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// Winter time of the simulated city, minutes east of Greenwich.
const OFFSET_MINUTES: i32 = 60;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// The rounds begin at 22:00 and end four hours later.
const START_HOUR: i64 = 22;
const NIGHT_HOURS: i64 = 4;
/// Tablets of each team.
const TABLETS: u32 = 2;
/// Where the team that has not left yet is sent: both its known places are told in full to
/// volunteers.
const WAITING_SECTOR: &str = "S4";

/// What a simulated night came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedNight {
    /// The campaign it was recorded in.
    pub campaign: CampaignId,
    /// Its night.
    pub night: Night,
    /// Observations saved on tablets.
    pub observations: usize,
    /// Tablets enrolled.
    pub tablets: usize,
    /// People in the street met at least once.
    pub people_met: usize,
    /// Code of the team that is sent out and has not left yet, where the order asked for one.
    pub waiting_team: Option<String>,
}

/// What the demo asks for.
#[derive(Debug, Clone)]
pub struct NightOrder {
    /// Where the server is.
    pub base: String,
    /// A coordinator's account.
    pub account: String,
    /// Its password.
    pub password: String,
    /// The same seed, the same night.
    pub seed: u64,
    /// Stays in the street.
    pub size: Size,
    /// Server clock when the tablets send, milliseconds.
    pub now: TimestampMs,
    /// The server has no layers: it is given invented ones first.
    pub with_layers: bool,
    /// One more team is sent to a sector and has not left yet: whoever takes a tablet of it in hand
    /// walks a round that nobody has closed.
    pub waiting_team: bool,
}

impl NightOrder {
    /// The demo's night, sent now.
    pub fn demo(base: &str, account: &str, password: &str, seed: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            base: base.to_owned(),
            account: account.to_owned(),
            password: password.to_owned(),
            seed,
            size: Size {
                stays: 240,
                teams: 6,
            },
            now: now.map_or(0, |since| since.as_millis() as i64),
            with_layers: false,
            waiting_team: false,
        }
    }

    /// The last 22:00 from which a whole night has passed.
    fn start(&self) -> TimestampMs {
        let local = self.now + i64::from(OFFSET_MINUTES) * MINUTE_MS - NIGHT_HOURS * HOUR_MS;
        let midnight = local - local.rem_euclid(24 * HOUR_MS);
        let mut start = midnight + START_HOUR * HOUR_MS;
        if start > local {
            start -= 24 * HOUR_MS;
        }
        start - i64::from(OFFSET_MINUTES) * MINUTE_MS
    }

    /// Prepares a campaign, enrols tablets, records and sends a night.
    pub fn run(&self, say: &mut dyn FnMut(&str)) -> Result<SimulatedNight> {
        let console = Console::log_in(&self.base, &self.account, &self.password)?;
        let population = Population::draw(Ground::montpellier(), self.size, self.seed);
        if self.with_layers {
            crate::layers::import(&console, &population.ground)?;
            say("invented layers imported");
        }
        let start = self.start();
        let night = Night::of(start, OFFSET_MINUTES);
        let mut plan = Prepared::prepare(&console, &population, night, self.seed)?;
        if self.with_layers {
            plan.streets = crate::layers::street_keys(&population.ground);
        }
        say(&format!(
            "campaign of {night}: {} sectors, {} teams, {} known places",
            plan.sectors.len(),
            plan.teams.len(),
            plan.sites.len()
        ));
        let mut crew = Crew::enrol(self, &console, &plan, start)?;
        say(&format!("{} tablets enrolled", crew.tablets.len()));
        let observations = crew.go_out(&population, &plan, night, start)?;
        say(&format!("{observations} observations saved offline"));
        crew.come_back(self.now)?;
        say("everything sent and acknowledged");
        let waiting_team = if self.waiting_team {
            let team = plan.send_one_more(&console, &population.ground, night)?;
            say(&format!(
                "team {team} is sent to {WAITING_SECTOR} and has not left yet"
            ));
            Some(team)
        } else {
            None
        };
        Ok(SimulatedNight {
            campaign: plan.campaign,
            night,
            observations,
            tablets: crew.tablets.len(),
            people_met: population.distinct_met(),
            waiting_team,
        })
    }
}

/// A campaign as it was prepared at the console.
struct Prepared {
    campaign: CampaignId,
    teams: Vec<TeamId>,
    sectors: Vec<SectorId>,
    sites: Vec<SiteId>,
    /// Keys of the streets of each sector; none without layers.
    streets: Vec<Vec<String>>,
}

impl Prepared {
    fn prepare(console: &Console, of: &Population, night: Night, seed: u64) -> Result<Self> {
        let mut dice = Dice::new(seed ^ 0x006d_6172_6175_6465);
        let campaign = console.create_campaign(&NewCampaign {
            name: "Nuit de la Solidarité (exercice)".to_owned(),
            kind: CampaignKind::NightCount,
            mode: CampaignMode::Exercise,
            retention: RetentionFrame::default(),
        })?;
        let order = |command: Command| console.order(campaign, &command);
        order(details(night))?;
        let zones: Vec<ZoneId> = of
            .ground
            .zones
            .iter()
            .map(|_| ZoneId::from_random(dice.bytes()))
            .collect();
        for (id, (code, name)) in zones.iter().zip(&of.ground.zones) {
            order(Command::PutZone {
                zone: ZoneEntry {
                    id: *id,
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                    base: Some("Salle des rencontres".to_owned()),
                },
            })?;
        }
        let mut made = Self {
            campaign,
            teams: Vec::new(),
            sectors: Vec::new(),
            sites: Vec::new(),
            streets: Vec::new(),
        };
        for shape in &of.ground.sectors {
            let id = SectorId::from_random(dice.bytes());
            order(Command::PutSector {
                sector: sector(id, zones[shape.zone], shape),
            })?;
            made.sectors.push(id);
        }
        made.put_teams(&order, of, &mut dice)?;
        for (sector, team) in of.team_of_sector.iter().enumerate() {
            let Some(team) = team else { continue };
            let assignment = AssignmentEntry {
                team: made.teams[*team as usize],
                sector: made.sectors[sector],
                night,
            };
            order(Command::Assign { assignment })?;
        }
        made.put_sites(&order, of, &mut dice)?;
        order(Command::Open {})?;
        Ok(made)
    }

    fn put_teams<T>(
        &mut self,
        order: &impl Fn(Command) -> Result<T>,
        of: &Population,
        dice: &mut Dice,
    ) -> Result<()> {
        let last = of
            .team_of_sector
            .iter()
            .flatten()
            .max()
            .map_or(0, |last| last + 1);
        // Teams that walk a sector with a place kept for professionals are professionals.
        let professional: BTreeSet<u32> = of
            .ground
            .places
            .iter()
            .filter(|place| place.professionals)
            .filter_map(|place| of.team_of_sector[place.sector])
            .collect();
        for number in 0..last {
            let id = TeamId::from_random(dice.bytes());
            order(Command::PutTeam {
                team: TeamEntry {
                    id,
                    code: team_code(number as usize),
                    organisation: Some(if number % 2 == 0 { "VILLE" } else { "ASSO" }.to_owned()),
                    professional: professional.contains(&number),
                },
            })?;
            self.teams.push(id);
        }
        Ok(())
    }

    /// One more team, of volunteers, sent to a sector of the night; its code.
    fn send_one_more(&self, console: &Console, ground: &Ground, night: Night) -> Result<String> {
        let at = ground.sectors.iter().position(|s| s.code == WAITING_SECTOR);
        let sector = self.sectors[at.context("the ground lacks the waiting team's sector")?];
        let mut dice = Dice::new(0x7761_6974);
        let team = TeamEntry {
            id: TeamId::from_random(dice.bytes()),
            code: team_code(self.teams.len()),
            organisation: Some("ASSO".to_owned()),
            professional: false,
        };
        let (id, code) = (team.id, team.code.clone());
        console.order(self.campaign, &Command::PutTeam { team })?;
        let assignment = AssignmentEntry {
            team: id,
            sector,
            night,
        };
        console.order(self.campaign, &Command::Assign { assignment })?;
        Ok(code)
    }

    fn put_sites<T>(
        &mut self,
        order: &impl Fn(Command) -> Result<T>,
        of: &Population,
        dice: &mut Dice,
    ) -> Result<()> {
        for place in &of.ground.places {
            let id = SiteId::from_random(dice.bytes());
            let (least, most) = place.expected;
            order(Command::PutSite {
                site: SiteEntry {
                    id,
                    kind: place.kind,
                    code: place.code.to_owned(),
                    longitude: place.at[0],
                    latitude: place.at[1],
                    audience: if place.professionals {
                        Audience::Professionals
                    } else {
                        Audience::Everyone
                    },
                    expected: Some(HeadCount::between(least, most, CountMethod::Declared)),
                    note: Some("Lieu inventé pour l'exercice".to_owned()),
                    facts: None,
                },
            })?;
            self.sites.push(id);
        }
        Ok(())
    }
}

fn team_code(index: usize) -> String {
    format!("E{:02}", index + 1)
}

fn details(night: Night) -> Command {
    Command::SetDetails {
        name: "Nuit de la Solidarité (exercice)".to_owned(),
        nights: vec![night],
        coordination_number: Some("04 00 00 00 00".to_owned()),
        lock_minutes: None,
        legal: LegalFrame {
            controller: "Collectivité de démonstration".to_owned(),
            legal_basis: "Mission d'intérêt public".to_owned(),
            impact_assessment: "AIPD-EXERCICE".to_owned(),
            notice: "Nous comptons les personnes qui dorment dehors cette nuit. Nous ne demandons \
                     pas de nom. Vous pouvez refuser de répondre."
                .to_owned(),
            opposition_contact: "opposition@exemple.invalid".to_owned(),
        },
        retention: RetentionFrame::default(),
        pseudonyms: None,
    }
}

fn sector(id: SectorId, zone: ZoneId, shape: &SectorShape) -> SectorEntry {
    SectorEntry {
        id,
        code: shape.code.to_owned(),
        name: shape.name.to_owned(),
        zone: Some(zone),
        risk: RiskClass::Ordinary,
        polygons: vec![vec![shape.ring.clone()]],
    }
}

/// Teams and their tablets.
struct Crew {
    /// By team and number.
    tablets: BTreeMap<(u32, u32), SimulatedTablet>,
    dice: Dice,
}

impl Crew {
    fn enrol(
        order: &NightOrder,
        console: &Console,
        plan: &Prepared,
        start: TimestampMs,
    ) -> Result<Self> {
        let mut dice = Dice::new(order.seed ^ 0x7461_626c);
        let mut tablets = BTreeMap::new();
        for (team, &id) in plan.teams.iter().enumerate() {
            for number in 0..TABLETS {
                let label = format!("T{:02}{}", team + 1, ["A", "B"][number as usize % 2]);
                let code = console.enrolment(plan.campaign, &label, Some(id))?;
                // Handed out at 21:00.
                let at = start - HOUR_MS;
                let seed = u64::from_be_bytes(dice.bytes());
                let mut tablet = SimulatedTablet::enrolled(&order.base, &code.code, seed, at)
                    .with_context(|| format!("tablet {label}"))?;
                tablet.send_everything()?;
                tablet.go_offline();
                tablets.insert((team as u32, number), tablet);
            }
        }
        Ok(Self { tablets, dice })
    }

    /// Everybody out, without network; the number of observations saved.
    fn go_out(
        &mut self,
        of: &Population,
        plan: &Prepared,
        night: Night,
        start: TimestampMs,
    ) -> Result<usize> {
        let mut saved = 0;
        for (&(team, number), tablet) in &mut self.tablets {
            let own: Vec<&Encounter> = of
                .encounters
                .iter()
                .filter(|met| met.team == team && met.tablet == number)
                .collect();
            let mut sectors: Vec<usize> = own.iter().map(|met| met.sector).collect();
            if number == 0 {
                // The first tablet walks every sector of its team, the empty one too.
                let all = of.team_of_sector.iter().enumerate();
                sectors.extend(
                    all.filter(|(_, t)| **t == Some(team))
                        .map(|(sector, _)| sector),
                );
            }
            sectors.sort_unstable();
            sectors.dedup();
            for sector in sectors {
                let met: Vec<&Encounter> =
                    own.iter().copied().filter(|m| m.sector == sector).collect();
                let begins = met
                    .first()
                    .map_or(600, |first| first.at_s.saturating_sub(300));
                tablet.until(start + i64::from(begins) * 1_000);
                tablet.set_out(plan.teams[team as usize], Some(plan.sectors[sector]), night)?;
                saved += walk(tablet, &met, plan, start, &mut self.dice)?;
                if number == 0 {
                    let coverage = if self.dice.chance(0.2) {
                        Coverage::Partial
                    } else {
                        Coverage::Full
                    };
                    if let Some(streets) = plan.streets.get(sector) {
                        tablet.walk_streets(ticked(streets, sector, coverage))?;
                    }
                    tablet.close_round(coverage, met.is_empty())?;
                }
            }
        }
        Ok(saved)
    }

    /// Back at the base: the network is there, everything leaves.
    fn come_back(&mut self, now: TimestampMs) -> Result<()> {
        for ((team, number), tablet) in &mut self.tablets {
            tablet.until(now);
            tablet.go_online();
            tablet
                .send_everything()
                .with_context(|| format!("tablet {number} of team {team}"))?;
        }
        Ok(())
    }
}

/// What a team ticks of a sector's streets: all of them, half where it says so, none in every third
/// sector, whose team only answers.
fn ticked(streets: &[String], sector: usize, coverage: Coverage) -> Vec<String> {
    let count = match coverage {
        _ if sector % 3 == 2 => 0,
        Coverage::Full => streets.len(),
        Coverage::Partial | Coverage::NotWalked => streets.len() / 2,
    };
    streets[..count].to_vec()
}

/// One sector of one tablet: records, corrects, takes back.
fn walk(
    tablet: &mut SimulatedTablet,
    met: &[&Encounter],
    plan: &Prepared,
    start: TimestampMs,
    dice: &mut Dice,
) -> Result<usize> {
    let mut last: Option<ObservationId> = None;
    for encounter in met {
        tablet.until(start + i64::from(encounter.at_s) * 1_000);
        let site = encounter.site.map(|site| plan.sites[site]);
        let made = tablet
            .record(encounter, site)
            .with_context(|| format!("{:?} {:?}", encounter.form, encounter.answers))?;
        if dice.chance(0.03) && encounter.form == FormKind::Count {
            let dogs = Answer::Known(AnswerValue::Integer(1));
            tablet.edit(made, &[("n_dogs", dogs)])?;
        }
        if let Some(observation) = last.filter(|_| dice.chance(0.015)) {
            tablet.send(Event::Withdraw {
                observation,
                reason: WithdrawalReason::Mistake,
            });
            if dice.chance(0.5) {
                tablet.send(Event::Undo);
            }
        }
        last = Some(made);
    }
    Ok(met.len())
}
