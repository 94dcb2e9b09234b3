//! The board of the night, put together from rows: figures, teams, sectors, alerts, dots.
//!
//! It must never read a store: what it shows is a function of what it is given.

use crate::http::contract::{
    Alert, Dot, Figures, PartLine, PlaceLine, SectorLine, TeamLine, Tonight,
};
use crate::projection::{
    Counting, LastingPlace, ObservationLine, Overlap, RoundLine, Unit, counting, filed_figures,
    walk_of, width,
};
use crate::review::{Reviewed, word};
use crate::sync::MemoryWentBack;
use maraude_core::document::Plan;
use maraude_core::gate::Refusal;
use maraude_core::model::{
    CampaignId, Coverage, DeviceId, Night, ObservationKind, SectorId, TeamId, TimestampMs,
};
use maraude_linkage::Dimension;
use std::collections::{BTreeMap, BTreeSet};

/// A team that is out and gave no sign for so long is silent, milliseconds.
const SILENT_AFTER_MS: i64 = 45 * 60 * 1_000;

/// A tablet's clock that is off by more is told, milliseconds.
const CLOCK_OFF_MS: u64 = 2 * 60 * 1_000;

/// A tablet as the board needs it.
pub(super) struct Tablet {
    pub(super) id: DeviceId,
    pub(super) label: String,
    pub(super) team: Option<TeamId>,
    pub(super) revoked: bool,
    pub(super) last_contact_at: Option<TimestampMs>,
    pub(super) clock_offset_ms: Option<i64>,
    pub(super) unsent: u32,
    pub(super) battery_percent: Option<u8>,
    /// When its memory was last found to have gone back.
    pub(super) went_back: Option<MemoryWentBack>,
    /// Since when it has filled its part of quarantine.
    pub(super) quarantine_full_since: Option<TimestampMs>,
}

/// Refused bytes that nobody dealt with yet.
pub(super) struct Quarantine {
    pub(super) about: String,
    pub(super) since: TimestampMs,
    pub(super) code: String,
}

/// All the board is made from.
pub(super) struct Board {
    pub(super) position: u64,
    pub(super) night: Option<Night>,
    pub(super) now: TimestampMs,
    pub(super) plan: Plan,
    pub(super) rounds: Vec<RoundLine>,
    /// Length of all streets of each sector, metres.
    pub(super) street_lengths: BTreeMap<SectorId, u32>,
    pub(super) overlaps: Vec<Overlap>,
    pub(super) lines: Vec<ObservationLine>,
    pub(super) tablets: Vec<Tablet>,
    pub(super) quarantine: Vec<Quarantine>,
    /// When a tablet showed that the log had gone back, and which.
    pub(super) went_back: Option<(TimestampMs, String)>,
    /// The server takes nothing in: its disk is full.
    pub(super) disk_full: bool,
    /// Campaigns of this server whose files do not open.
    pub(super) damaged: Vec<CampaignId>,
}

impl Board {
    /// Puts it together; doubles are not taken out here but by [`Board::review`].
    pub(super) fn assemble(&self) -> Tonight {
        let teams = self.teams();
        let mut alerts = self.alerts();
        alerts.extend(self.recorded_twice());
        alerts.extend(
            teams
                .iter()
                .filter(|line| line.state == "silent")
                .map(|line| Alert {
                    code: "silent-team".to_owned(),
                    about: line.team.clone(),
                    since: line.last_contact_at.unwrap_or(0),
                }),
        );
        alerts.sort_by(|a, b| (b.since, &a.code, &a.about).cmp(&(a.since, &b.code, &b.about)));
        Tonight {
            position: self.position,
            night: self.night,
            figures: self.figures(),
            teams,
            sectors: self.sectors(),
            parts: Vec::new(),
            places: Vec::new(),
            alerts,
            asked: Vec::new(),
            dots: self.dots(),
        }
    }

    /// Takes doubles out: the figure, its parts, and who was met at the doors of squats.
    pub(super) fn review(&self, tonight: &mut Tonight, reviewed: &Reviewed) {
        let figures = &mut tonight.figures;
        (figures.street_distinct, figures.street_interval) = reviewed.street();
        figures.pairs_to_review = reviewed.queue().len() as u32;
        let places = reviewed.lasting_places(&self.lines);
        (figures.squats, figures.squat_people) = sum_of(&places, Unit::Squat);
        (figures.bidonvilles, figures.bidonville_people) = sum_of(&places, Unit::Bidonville);
        let sectors = |place: &LastingPlace| {
            let codes = place.lines.iter().map(|n| &self.lines[*n].sector_code);
            codes.flatten().cloned().collect::<BTreeSet<_>>()
        };
        let lines = places.iter().map(|place| PlaceLine {
            unit: place.unit.code().to_owned(),
            sectors: sectors(place).into_iter().collect(),
            told: place.told,
            met: place.met,
            people: place.people,
        });
        tonight.places = lines.collect();
        let parts = reviewed.street_parts().into_iter().map(|part| PartLine {
            dimension: word(part.dimension),
            name: part
                .code
                .as_ref()
                .and_then(|code| self.name_of(part.dimension, code)),
            code: part.code,
            distinct: part.distinct,
            interval: part.interval,
        });
        tonight.parts = parts.collect();
        tonight.alerts.extend(self.met_by_two(reviewed));
        tonight
            .alerts
            .sort_by(|a, b| (b.since, &a.code, &a.about).cmp(&(a.since, &b.code, &b.about)));
    }

    /// Two teams that are both outside and seem to have met the same people: a call settles at the
    /// border what is hard to settle in the morning.
    fn met_by_two(&self, reviewed: &Reviewed) -> Vec<Alert> {
        let rounds = self.rounds.iter().filter(|round| round.closed_at.is_none());
        let out: BTreeSet<_> = rounds.map(|round| round.document).collect();
        let lines = self
            .lines
            .iter()
            .filter(|line| out.contains(&line.document));
        let walking: BTreeMap<_, _> = lines.map(|line| (line.observation.id, line)).collect();
        let mut alerts = Alerts::default();
        for pair in reviewed.open_pairs() {
            let sides = [pair.one, pair.other].map(|slot| walking.get(&slot.observation));
            if let [Some(one), Some(other)] = sides
                && one.team != other.team
            {
                let mut teams = [&*one.team_code, &*other.team_code];
                teams.sort_unstable();
                let since = one.changed_at.max(other.changed_at);
                alerts.add("met-by-two", &teams.join(", "), since);
            }
        }
        alerts.into_list()
    }

    fn name_of(&self, dimension: Dimension, code: &str) -> Option<String> {
        match dimension {
            Dimension::Sector => {
                let known = self.plan.sectors.iter().find(|sector| sector.code == code);
                known.map(|sector| sector.name.clone())
            }
            Dimension::Commune => {
                let placed = self.lines.iter().filter_map(|line| line.placement.as_ref());
                let mut communes = placed.filter_map(|placement| placement.commune.as_ref());
                let known = communes.find(|commune| commune.code == code);
                known.map(|commune| commune.name.clone())
            }
            Dimension::Situation => None,
        }
    }

    fn figures(&self) -> Figures {
        let filed = filed_figures(&self.lines);
        Figures {
            observations: filed.observations,
            street_filed: filed.street,
            street_distinct: filed.street[0],
            street_interval: filed.street,
            squats: filed.squats,
            squat_people: filed.squat_people,
            bidonvilles: filed.bidonvilles,
            bidonville_people: filed.bidonville_people,
            partner_people: filed.partner_people,
            doubtful: filed.doubtful,
            pairs_to_review: 0,
            answered_percent: filed.answered_percent(),
        }
    }

    fn team_code(&self, id: TeamId) -> String {
        let known = self.plan.teams.iter().find(|team| team.id == id);
        known.map_or_else(
            || id.to_string().chars().take(8).collect(),
            |team| team.code.clone(),
        )
    }

    fn sector_code(&self, id: SectorId) -> Option<String> {
        let known = self.plan.sectors.iter().find(|sector| sector.id == id);
        known.map(|sector| sector.code.clone())
    }

    fn is_planned(&self, team: TeamId, sector: SectorId) -> bool {
        self.plan
            .assignments
            .iter()
            .any(|a| a.team == team && a.sector == sector && Some(a.night) == self.night)
    }

    fn teams(&self) -> Vec<TeamLine> {
        let mut lines: Vec<TeamLine> = self.rounds.iter().map(|r| self.team_out(r)).collect();
        let gone: BTreeSet<(TeamId, Option<SectorId>)> =
            self.rounds.iter().map(|r| (r.team, r.sector)).collect();
        for sent in &self.plan.assignments {
            let expected =
                Some(sent.night) == self.night && !gone.contains(&(sent.team, Some(sent.sector)));
            if expected {
                lines.push(self.team_expected(sent.team, sent.sector));
            }
        }
        lines.sort_by(|a, b| (&a.team, &a.sector, a.paper).cmp(&(&b.team, &b.sector, b.paper)));
        lines
    }

    fn team_out(&self, round: &RoundLine) -> TeamLine {
        let tablets: Vec<&Tablet> = self
            .tablets
            .iter()
            .filter(|tablet| round.devices.contains(&tablet.id))
            .collect();
        let last_contact_at = tablets.iter().filter_map(|t| t.last_contact_at).max();
        let last_sign = last_contact_at.unwrap_or(round.last_received_at);
        let state = if round.closed_at.is_some() {
            "closed"
        } else if self.now - last_sign > SILENT_AFTER_MS {
            "silent"
        } else {
            "out"
        };
        let own = || self.lines.iter().filter(|l| l.document == round.document);
        TeamLine {
            team: self.team_code(round.team),
            sector: round.sector.and_then(|id| self.sector_code(id)),
            state: state.to_owned(),
            last_contact_at: last_contact_at.or(Some(round.last_received_at)),
            unsent: tablets.iter().map(|t| t.unsent).sum(),
            observations: own().filter(|l| l.observation.stands()).count() as u32,
            people: street_people(own()),
            battery_percent: tablets.iter().filter_map(|t| t.battery_percent).min(),
            unplanned: self.is_unplanned(round),
            paper: round.paper,
        }
    }

    fn is_unplanned(&self, round: &RoundLine) -> bool {
        round.other_team
            || round
                .sector
                .is_some_and(|sector| !self.is_planned(round.team, sector))
    }

    fn team_expected(&self, team: TeamId, sector: SectorId) -> TeamLine {
        let tablets = || {
            self.tablets
                .iter()
                .filter(move |tablet| tablet.team == Some(team) && !tablet.revoked)
        };
        TeamLine {
            team: self.team_code(team),
            sector: self.sector_code(sector),
            state: "expected".to_owned(),
            last_contact_at: tablets().filter_map(|t| t.last_contact_at).max(),
            unsent: tablets().map(|t| t.unsent).sum(),
            observations: 0,
            people: 0,
            battery_percent: tablets().filter_map(|t| t.battery_percent).min(),
            unplanned: false,
            paper: false,
        }
    }

    fn sectors(&self) -> Vec<SectorLine> {
        self.plan
            .sectors
            .iter()
            .map(|sector| {
                let rounds = || self.rounds.iter().filter(|r| r.sector == Some(sector.id));
                let walk = walk_of(rounds());
                let coverage = walk.coverage;
                let closed = rounds().filter(|round| round.closed_at.is_some());
                let walking = rounds().any(|r| r.closed_at.is_none());
                let state = match coverage {
                    _ if walking => "walking",
                    Some(Coverage::Full) => "covered",
                    Some(Coverage::Partial) => "partial",
                    Some(Coverage::NotWalked) => "not_walked",
                    None => "waiting",
                };
                let documents: BTreeSet<_> = rounds().map(|r| r.document).collect();
                let own = || {
                    let lines = self.lines.iter();
                    lines.filter(|line| documents.contains(&line.document))
                };
                SectorLine {
                    id: sector.id,
                    code: sector.code.clone(),
                    name: sector.name.clone(),
                    state: state.to_owned(),
                    coverage,
                    answered: closed.filter_map(|r| r.answered).min_by_key(|c| width(*c)),
                    walked_m: walk.walked_m,
                    streets_m: self.street_lengths.get(&sector.id).copied(),
                    people: street_people(own()),
                    nobody: coverage.is_some_and(|of| of != Coverage::NotWalked)
                        && !own().any(is_of_somebody),
                    zero_found: rounds().any(|r| r.zero_found),
                }
            })
            .collect()
    }

    fn alerts(&self) -> Vec<Alert> {
        let mut alerts = Alerts::default();
        // Both are told of the moment: they stand first until somebody has mended them.
        if self.disk_full {
            alerts.add("disk-full", "", self.now);
        }
        for campaign in &self.damaged {
            let begins: String = campaign.to_string().chars().take(8).collect();
            alerts.add("campaign-damaged", &begins, self.now);
        }
        for kept in &self.quarantine {
            alerts.add("quarantine", &kept.about, kept.since);
            if kept.code == Refusal::Sequence.code() {
                alerts.add("tablet-cloned", &kept.about, kept.since);
            }
        }
        if let Some((since, tablet)) = &self.went_back {
            alerts.add("log-went-back", tablet, *since);
        }
        for tablet in self.tablets.iter().filter(|tablet| !tablet.revoked) {
            if let Some(since) = tablet.quarantine_full_since {
                alerts.add("quarantine-full", &tablet.label, since);
            }
            if let Some(found) = tablet.went_back {
                let code = if found.is_cloned() {
                    "tablet-cloned"
                } else {
                    "tablet-went-back"
                };
                alerts.add(code, &tablet.label, found.at);
            }
            let off = tablet
                .clock_offset_ms
                .is_some_and(|offset| offset.unsigned_abs() > CLOCK_OFF_MS);
            if off {
                alerts.add(
                    "clock-off",
                    &tablet.label,
                    tablet.last_contact_at.unwrap_or(0),
                );
            }
        }
        for round in &self.rounds {
            let team = self.team_code(round.team);
            if self.is_unplanned(round) {
                alerts.add("unplanned-round", &team, round.last_received_at);
            }
            if round.late {
                alerts.add("late-round", &team, round.last_received_at);
            }
        }
        for line in self.lines.iter().filter(|line| line.observation.stands()) {
            let Some(placement) = &line.placement else {
                continue;
            };
            let misplaced = ["outside", "swapped", "null-island"];
            if placement
                .oddities
                .iter()
                .any(|o| misplaced.contains(&o.as_str()))
            {
                alerts.add("outside", &line.team_code, line.changed_at);
            }
            if line.conflicts > 0 {
                alerts.add("conflict", &line.team_code, line.changed_at);
            }
            let elsewhere = placement.sector.as_ref().map(|held| held.id) != line.sector;
            if line.sector.is_some() && placement.sector.is_some() && elsewhere {
                alerts.add("border", &line.team_code, line.changed_at);
            }
        }
        alerts.into_list()
    }

    /// Sectors of which one strand is out of the figure until somebody decides.
    fn recorded_twice(&self) -> Vec<Alert> {
        let waiting = self.overlaps.iter().filter(|overlap| overlap.waits());
        let alerts = waiting.map(|overlap| Alert {
            code: "recorded-twice".to_owned(),
            about: self.sector_code(overlap.sector).unwrap_or_default(),
            since: (overlap.strands.iter().map(|strand| strand.arrived_at))
                .max()
                .unwrap_or(self.now),
        });
        alerts.collect()
    }

    fn dots(&self) -> Vec<Dot> {
        self.lines
            .iter()
            .filter(|line| line.observation.stands())
            .filter_map(|line| {
                let position = line.placement.as_ref()?.position?;
                Some(Dot {
                    id: line.observation.id,
                    kind: line.observation.kind,
                    unit: line.unit().code().to_owned(),
                    longitude: position.coordinates.longitude,
                    latitude: position.coordinates.latitude,
                    people: line.observation.heads.at_least(),
                })
            })
            .filter(|dot| dot.unit != Unit::None.code())
            .collect()
    }
}

/// How many lasting places of a unit, and people in them: at least, at most.
fn sum_of(places: &[LastingPlace], unit: Unit) -> (u32, [u32; 2]) {
    let of = places.iter().filter(|place| place.unit == unit);
    of.fold((0, [0, 0]), |(number, people), place| {
        let more = [people[0] + place.people[0], people[1] + place.people[1]];
        (number + 1, more)
    })
}

/// One alert per code and subject, since its first cause.
#[derive(Default)]
struct Alerts(BTreeMap<(&'static str, String), TimestampMs>);

impl Alerts {
    fn add(&mut self, code: &'static str, about: &str, since: TimestampMs) {
        let known = self.0.entry((code, about.to_owned())).or_insert(since);
        *known = (*known).min(since);
    }

    fn into_list(self) -> Vec<Alert> {
        self.0
            .into_iter()
            .map(|((code, about), since)| Alert {
                code: code.to_owned(),
                about,
                since,
            })
            .collect()
    }
}

fn street_people<'a>(lines: impl Iterator<Item = &'a ObservationLine>) -> u32 {
    lines
        .filter(|line| line.unit() == Unit::Street && counting(line) == Counting::Counted)
        .map(|line| line.observation.heads.at_least())
        .sum()
}

/// Something stands that is more than a statement that nobody was met.
fn is_of_somebody(line: &ObservationLine) -> bool {
    line.observation.stands() && line.observation.kind != ObservationKind::ZeroSector
}
