//! The round at hand as the screens show it.

use super::Tablet;
use super::outbox::Outbox;
use super::paper::Paper;
use super::view::{Custody, EntryView, Fact, RoundView, SiteView, Totals};
use crate::document::DocumentName;
use crate::form::{Questionnaire, form_of, read_roles, recounted};
use crate::model::{
    Answer, AnswerValue, Audience, CampaignId, Certainty, Contact, Departure, DeviceId, Issue,
    Observation, ObservationKind, Round, RoundKey, Site, SiteId, SiteKind, SleepingPlace,
};
use crate::sync::paper_code;

impl Tablet {
    pub(super) fn round_view(&self) -> Option<RoundView> {
        let paper = self.paper(self.round?)?;
        let (round, issues) = paper.round()?;
        let (key, _) = self.present_round()?;
        let plan = self.plan();
        let sector = plan.and_then(|plan| {
            let found = plan.sectors.iter().find(|s| Some(s.id) == key.sector)?;
            Some(self.sector_view(plan, found, true))
        });
        let team = plan.and_then(|plan| plan.teams.iter().find(|team| team.id == key.team));
        let own = self.device_id();
        let departures = round.departures.iter();
        let set_out = departures
            .filter(|d| d.stamp.device == own)
            .map(|d| d.stamp.at)
            .min();
        let closed = round
            .closures
            .iter()
            .rev()
            .find(|closure| closure.reopened_at.is_none());
        Some(RoundView {
            team: team.map_or_else(String::new, |team| team.code.clone()),
            sector,
            night: key.night,
            started_at: set_out.unwrap_or(self.now),
            closed: closed.map(|closure| closure.coverage),
            handed: self.handed_view(),
            closed_elsewhere: closed.is_some_and(|closure| closure.stamp.device != own),
            walked: round.walked(),
            totals: totals(self.questionnaire(), round),
            entries: self.entries(paper, round, issues),
            sites: self.site_views(&key, round),
        })
    }

    /// Entries, the last seen first.
    fn entries(&self, paper: &Paper, round: &Round, issues: &[Issue]) -> Vec<EntryView> {
        let questionnaire = self.questionnaire();
        let outbox = &self.state.outbox;
        let own = self.device_id();
        let mut entries: Vec<EntryView> = round
            .observations
            .iter()
            .map(|seen| {
                let mut entry = entry(
                    questionnaire,
                    paper.name.campaign(),
                    &recounted(questionnaire, seen.clone()),
                    issues,
                );
                entry.custody = custody(outbox, paper, round, seen, own);
                if self.form.is_none() {
                    entry.facts = facts(questionnaire, seen);
                }
                entry
            })
            .collect();
        entries.sort_unstable_by_key(|entry| (std::cmp::Reverse(entry.observed_at), entry.id));
        entries
    }

    /// A known place of the round at hand.
    pub(super) fn known_site(&self, id: SiteId) -> Option<&Site> {
        let (key, _) = self.present_round()?;
        self.sites(&key).find(|site| site.id == id)
    }

    fn sites(&self, key: &RoundKey) -> impl Iterator<Item = &Site> {
        let brief = key.sector.and_then(|sector| {
            let name = DocumentName::Brief {
                campaign: key.campaign,
                sector,
                night: key.night,
            };
            self.paper(crate::document::document_id(&name))?.brief()
        });
        brief.into_iter().flat_map(|brief| brief.sites.iter())
    }

    /// Places kept for professionals show others only that they are not to enter.
    fn site_views(&self, key: &RoundKey, round: &Round) -> Vec<SiteView> {
        let professional = self.plan().is_some_and(|plan| {
            let mut teams = plan.teams.iter();
            teams.any(|team| team.id == key.team && team.professional)
        });
        self.sites(key)
            .map(|site| {
                let told = professional || site.audience == Audience::Everyone;
                let mut observations = round.observations.iter();
                SiteView {
                    id: site.id,
                    kind: told.then_some(site.kind),
                    code: site.code.clone(),
                    coordinates: site.coordinates,
                    audience: site.audience,
                    expected: site.expected.filter(|_| told),
                    note: site.note.clone().filter(|_| told),
                    counted: observations.any(|o| o.stands() && o.site == Some(site.id)),
                }
            })
            .collect()
    }
}

/// Sums over what stands; what is doubtful is out until the coordination decides (design D14).
fn totals(questionnaire: &Questionnaire, round: &Round) -> Totals {
    let mut totals = Totals::default();
    for seen in round.observations.iter().filter(|seen| seen.stands()) {
        if seen.certainty == Certainty::Doubtful {
            totals.doubtful += 1;
            continue;
        }
        let reading = read_roles(questionnaire, &seen.answers);
        let settled = matches!(
            reading.sleeping_place,
            Some(SleepingPlace::Squat | SleepingPlace::Bidonville)
        );
        let heads = recounted(questionnaire, seen.clone()).heads;
        let (at_least, at_most) = (heads.at_least(), heads.at_most());
        let (least, most) = match seen.kind {
            ObservationKind::PartnerCount => {
                (&mut totals.partners_at_least, &mut totals.partners_at_most)
            }
            ObservationKind::Site if reading.site_kind != Some(SiteKind::Camp) => {
                (&mut totals.sites_at_least, &mut totals.sites_at_most)
            }
            ObservationKind::Individual | ObservationKind::Group if settled => {
                (&mut totals.sites_at_least, &mut totals.sites_at_most)
            }
            _ => (&mut totals.street_at_least, &mut totals.street_at_most),
        };
        *least = least.saturating_add(at_least);
        *most = most.saturating_add(at_most);
        totals.groups += u32::from(seen.kind == ObservationKind::Group);
        totals.minors = totals
            .minors
            .saturating_add(reading.minors.unwrap_or_default());
    }
    totals
}

fn entry(
    questionnaire: &Questionnaire,
    campaign: CampaignId,
    seen: &Observation,
    issues: &[Issue],
) -> EntryView {
    let person = matches!(
        seen.kind,
        ObservationKind::Individual | ObservationKind::Group
    );
    let answered = matches!(seen.contact, Contact::Answered | Contact::Partial);
    EntryView {
        id: seen.id,
        kind: seen.kind,
        contact: seen.contact,
        heads: seen.heads,
        observed_at: seen.observed_at,
        position: seen.position(),
        typed_place: seen.typed_place.clone(),
        custody: Custody::OnTablet,
        withdrawn: seen.withdrawn.map(|withdrawal| withdrawal.reason),
        paper_code: seen.is_interview().then(|| paper_code(campaign, seen.id)),
        form: form_of(questionnaire, seen),
        completable: person && !answered && seen.stands(),
        conflicts: super::conflict::views(questionnaire, seen, issues),
        facts: Vec::new(),
    }
}

/// Not acknowledged while a change about it waits. The coordination tells how many entries of a
/// round it has read, not which: an entry is shown as read once all are.
fn custody(
    outbox: &Outbox,
    paper: &Paper,
    round: &Round,
    seen: &Observation,
    own: DeviceId,
) -> Custody {
    let here = outbox
        .waiting
        .iter()
        .filter(|waiting| waiting.document == paper.id);
    let waits = here.clone().any(|waiting| waiting.about.contains(&seen.id));
    // What another tablet handed over with its round, and this one has not delivered yet.
    let came = seen.created.device != own && outbox.carriage.waiting().next().is_some();
    let mut departures = round.departures.iter();
    let took_over = |d: &Departure| d.stamp.device == own && d.took_over_from.is_some();
    if waits || came && departures.any(took_over) {
        return Custody::OnTablet;
    }
    let arrival = outbox.arrivals.get(&paper.id);
    let standing = round.observations.iter().filter(|o| o.stands()).count() as u32;
    match arrival {
        Some(arrival) if arrival.read >= standing.max(arrival.held) && arrival.held > 0 => {
            Custody::Read
        }
        Some(arrival) if !arrival.acknowledged.is_empty() => Custody::OnServer,
        _ if seen.created.device != own => Custody::OnServer,
        _ => Custody::OnTablet,
    }
}

/// Known answers in the form's order.
fn facts(questionnaire: &Questionnaire, seen: &Observation) -> Vec<Fact> {
    let Some(form) = questionnaire.form(form_of(questionnaire, seen)) else {
        return Vec::new();
    };
    let asked = form.questions().filter_map(|question| {
        let answer = question.shown(seen.answers.get(&question.name)?.clone());
        let chosen: &[String] = match &answer {
            Answer::Known(AnswerValue::Choices(codes)) => codes,
            Answer::Known(AnswerValue::Choice(code)) => std::slice::from_ref(code),
            _ => &[],
        };
        let choices = questionnaire.choices(question).iter();
        Some(Fact {
            label: question.label.clone(),
            choices: choices
                .filter(|choice| chosen.contains(&choice.name))
                .map(|choice| choice.label.clone())
                .collect(),
            answer,
        })
    });
    let note = questionnaire.name_of(crate::model::Role::Note);
    let note = note
        .and_then(|name| questionnaire.question(name))
        .zip(seen.note.clone());
    asked
        .chain(note.map(|(question, text)| Fact {
            label: question.label.clone(),
            answer: Answer::Known(AnswerValue::Text(text)),
            choices: Vec::new(),
        }))
        .collect()
}
