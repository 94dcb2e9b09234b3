//! The view: everything on screen, made from the state.

use super::Tablet;
use super::arrival::Arrival;
use super::carriage::Carried;
use super::session::VAULT_FILE;
use super::view::{
    CarriedView, Destruction, OutboxView, Phase, PlanView, ReceiptView, RoundSummary, SectorView,
    TeamView, View,
};
use crate::document::Plan;
use crate::model::{LOCK_MINUTES, Sector, SectorId, TeamId, TimestampMs};
use crate::sync::Peer;

/// A position older than this says no more where the team is, milliseconds.
const HERE_MS: TimestampMs = 30 * 60_000;

impl Tablet {
    /// Everything on screen at an instant, without anything having happened.
    pub fn view_at(&mut self, now: TimestampMs) -> View {
        self.now = now;
        self.view()
    }

    /// Everything on screen, at the instant of the last event.
    pub fn view(&self) -> View {
        let open = self.is_open();
        let credentials = self.state.device.credentials.as_ref();
        let here = self.here.filter(|position| {
            let fixed = position.fixed_at.unwrap_or(self.now);
            (0..HERE_MS).contains(&(self.now - fixed))
        });
        let phase = self.phase();
        View {
            platform_key: self.platform_needed().map(str::to_owned),
            reset: matches!(phase, Phase::Locked { .. }).then(|| self.reset_view()),
            check_words: (open || phase == Phase::ChoosePin)
                .then(|| self.check_words())
                .flatten(),
            phase,
            enrolment: credentials.map(|c| c.enrolment.clone()),
            coordination_number: credentials.and_then(|c| c.coordination_number.clone()),
            here,
            outbox: self.outbox_view(),
            plan: self
                .plan()
                .filter(|_| open)
                .map(|plan| self.plan_view(plan)),
            checks: if open { self.checks() } else { Vec::new() },
            rounds: if open {
                self.round_summaries()
            } else {
                Vec::new()
            },
            round: open.then(|| self.round_view()).flatten(),
            handover: open.then(|| self.handover_view()).flatten(),
            form: open.then(|| self.form_view()).flatten(),
            message: self.message.clone(),
            platform: self.platform.clone(),
            lock_minutes: self
                .plan()
                .and_then(|plan| plan.campaign.as_ref())
                .map_or(LOCK_MINUTES, |campaign| campaign.lock_minutes),
        }
    }

    fn is_open(&self) -> bool {
        self.state.session.is_some() && !self.locking
    }

    fn phase(&self) -> Phase {
        let device = &self.state.device;
        if self.enrolling {
            Phase::Enrolling
        } else if device.credentials.is_none() {
            Phase::Fresh
        } else if device.destroyed {
            let cause = if device.tries.exhausted() {
                Destruction::WrongPins
            } else if device.end_told_at.is_some() {
                Destruction::Ended
            } else {
                Destruction::Revoked
            };
            Phase::Destroyed { cause }
        } else if self.is_open() {
            Phase::Unlocked
        } else if self.spare.is_some() {
            Phase::NewPin
        } else if self.disk.file(VAULT_FILE).is_none() {
            Phase::ChoosePin
        } else {
            Phase::Locked {
                next_try_at: device.tries.next_try_at(self.now).max(self.held_until()),
                tries_left: device.tries.left(),
            }
        }
    }

    fn outbox_view(&self) -> OutboxView {
        let outbox = &self.state.outbox;
        let receipts = outbox.arrivals.values().filter_map(receipt_view);
        let last_sent_at = outbox.arrivals.values().map(|a| a.received_at).max();
        let refused = outbox
            .waiting
            .iter()
            .find_map(|waiting| waiting.refused.clone());
        OutboxView {
            unsent: outbox.unsent(),
            sending: self.asked.is_some() && !self.enrolling,
            last_sent_at: last_sent_at.filter(|at| *at > 0),
            last_problem: self.last_problem.clone().or(refused),
            next_try_at: self
                .peer
                .as_ref()
                .and_then(Peer::next_try_at)
                .filter(|at| *at > self.now),
            receipts: receipts.collect(),
            carried: self.carried_views(),
        }
    }

    fn carried_views(&self) -> Vec<CarriedView> {
        let carriage = &self.state.outbox.carriage;
        let origins = carriage.origins.iter();
        origins
            .map(|(device, origin)| {
                let waits = |one: &&Carried| one.from == *device;
                let waiting = carriage.waiting().filter(waits);
                CarriedView {
                    label: origin.label.clone(),
                    waiting: waiting.count() as u32,
                    delivered: origin.delivered,
                    refused: carriage
                        .waiting()
                        .filter(waits)
                        .find_map(|one| one.refused.clone()),
                    code: origin.code.clone(),
                    at: origin.at,
                }
            })
            .collect()
    }

    fn plan_view(&self, plan: &Plan) -> PlanView {
        let own = self.own_team();
        let campaign = plan.campaign.as_ref();
        let mut sectors: Vec<SectorView> = plan
            .sectors
            .iter()
            .map(|sector| self.sector_view(plan, sector, self.round.is_none()))
            .collect();
        sectors.sort_by(|a, b| (!a.assigned, &a.code).cmp(&(!b.assigned, &b.code)));
        let mut teams: Vec<TeamView> = plan
            .teams
            .iter()
            .map(|team| TeamView {
                id: team.id,
                code: team.code.clone(),
            })
            .collect();
        teams.sort_by(|a, b| (Some(a.id) != own, &a.code).cmp(&(Some(b.id) != own, &b.code)));
        PlanView {
            nights: campaign.map_or_else(Vec::new, |campaign| campaign.nights.clone()),
            sectors,
            teams,
            notice: campaign.map_or_else(String::new, |c| c.legal.notice.clone()),
            opposition_contact: campaign
                .map_or_else(String::new, |c| c.legal.opposition_contact.clone()),
        }
    }

    pub(super) fn own_team(&self) -> Option<TeamId> {
        self.state.device.credentials.as_ref()?.enrolment.team
    }

    pub(super) fn sector_view(&self, plan: &Plan, sector: &Sector, drawn: bool) -> SectorView {
        let own = self.own_team();
        let sent = |id: SectorId| {
            let mut assignments = plan.assignments.iter();
            assignments.any(|sent| sent.sector == id && Some(sent.team) == own)
        };
        let ring = |line: &geo::LineString<f64>| line.coords().map(|c| [c.x, c.y]).collect();
        let polygons = sector.boundary.iter().map(|polygon| {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            rings.map(ring).collect()
        });
        SectorView {
            id: sector.id,
            code: sector.code.clone(),
            name: sector.name.clone(),
            risk: sector.risk,
            assigned: sent(sector.id),
            polygons: if drawn {
                polygons.collect()
            } else {
                Vec::new()
            },
        }
    }

    /// A sector's code and name.
    pub(super) fn sector_name(&self, sector: Option<SectorId>) -> Option<String> {
        let sectors = &self.plan()?.sectors;
        let found = sectors.iter().find(|known| Some(known.id) == sector)?;
        Some(format!("{} {}", found.code, found.name))
    }

    fn round_summaries(&self) -> Vec<RoundSummary> {
        let rounds = self.listed_rounds().into_iter();
        rounds
            .map(|(_, key, round)| RoundSummary {
                sector: self.sector_name(key.sector),
                night: key.night,
                closed: round.is_closed(),
                observations: round.observations.iter().filter(|o| o.stands()).count() as u32,
            })
            .collect()
    }
}

fn receipt_view(arrival: &Arrival) -> Option<ReceiptView> {
    Some(ReceiptView {
        sector: arrival.sector.clone(),
        night: arrival.night,
        acknowledged: arrival.acknowledged.len() as u32,
        read: arrival.read,
        code: arrival.code.clone()?,
        at: arrival.at,
    })
}
