//! What an unlocked tablet asks to be brought up to date, the most needed first.
//!
//! A request follows so many documents and no more. The plan, the round at hand and the rounds of
//! this night are always among them; what is far away takes its turn.

use super::Tablet;
use crate::document::{DocumentName, document_id};
use crate::model::{Night, RoundKey, SectorId};
use crate::sync::{FOLLOW_CAP, Follow, HashBytes};

/// Of a request's places, so many go by turns to documents that do not all fit.
const TURNS: usize = 16;

/// How soon a document is needed: lesser is sooner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Plan,
    RoundAtHand,
    /// By the night's place among those to come, then rounds before places.
    Night(NightDistance, Part),
}

/// The nights that are not over, the nearest first; then those that are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NightDistance {
    ToCome(Night),
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Round,
    Brief,
}

impl Tablet {
    /// What an unlocked tablet keeps up to date: the plan, its rounds and their known places, and
    /// those of the sectors its team is sent to.
    pub(super) fn follow(&mut self) -> Vec<Follow> {
        let mut wanted = self.wanted();
        wanted.sort_unstable();
        wanted.dedup_by_key(|(_, name)| *name);
        let names: Vec<DocumentName> = wanted.into_iter().map(|(_, name)| name).collect();
        let chosen = in_turn(&names, self.followed);
        self.followed = self.followed.wrapping_add(1);
        chosen
            .into_iter()
            .map(|name| self.followed_as(name))
            .collect()
    }

    fn wanted(&self) -> Vec<(Need, DocumentName)> {
        let Some(credentials) = &self.state.device.credentials else {
            return Vec::new();
        };
        let campaign = credentials.enrolment.campaign;
        let brief = |sector, night| DocumentName::Brief {
            campaign,
            sector,
            night,
        };
        let mut wanted = vec![(Need::Plan, DocumentName::Plan { campaign })];
        for paper in self.round_papers() {
            let DocumentName::Round { key } = paper.name else {
                continue;
            };
            if self.is_superseded(paper) {
                continue;
            }
            let at_hand = self.round == Some(paper.id) || self.is_awaited(key);
            let need = |part| {
                if at_hand {
                    Need::RoundAtHand
                } else {
                    Need::Night(self.distance(key.night), part)
                }
            };
            wanted.push((need(Part::Round), paper.name));
            let places = key.sector.map(|sector| brief(sector, key.night));
            wanted.extend(places.map(|name| (need(Part::Brief), name)));
        }
        let sent = self.sent_to(campaign).into_iter();
        wanted.extend(sent.map(|(sector, night)| {
            let need = Need::Night(self.distance(night), Part::Brief);
            (need, brief(sector, night))
        }));
        wanted
    }

    /// Where the team is still to go.
    fn sent_to(&self, campaign: crate::model::CampaignId) -> Vec<(SectorId, Night)> {
        let (Some(plan), Some(team)) = (self.plan(), self.own_team()) else {
            return Vec::new();
        };
        let sent = plan.assignments.iter().filter(|sent| {
            let key = RoundKey {
                campaign,
                team,
                sector: Some(sent.sector),
                night: sent.night,
                reissue: 0,
            };
            sent.team == team && !self.is_over(sent.night) && !self.is_shredded(key)
        });
        sent.map(|sent| (sent.sector, sent.night)).collect()
    }

    fn distance(&self, night: Night) -> NightDistance {
        if self.is_over(night) {
            NightDistance::Over
        } else {
            NightDistance::ToCome(night)
        }
    }

    fn followed_as(&self, name: DocumentName) -> Follow {
        let paper = self.paper(document_id(&name));
        let heads = paper.map_or_else(Vec::new, |paper| paper.document.heads());
        Follow {
            name,
            heads: heads
                .into_iter()
                .map(|head| HashBytes::new(head.0))
                .collect(),
        }
    }
}

/// As many as one request may follow: the first ones, and by turns those that do not fit.
fn in_turn(names: &[DocumentName], turn: usize) -> Vec<DocumentName> {
    if names.len() <= FOLLOW_CAP {
        return names.to_vec();
    }
    let (first, others) = names.split_at(FOLLOW_CAP - TURNS);
    let from = turn.wrapping_mul(TURNS) % others.len();
    let by_turns = others
        .iter()
        .cycle()
        .skip(from)
        .take(TURNS.min(others.len()));
    first.iter().chain(by_turns).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CampaignId;

    fn places(number: u8) -> Vec<DocumentName> {
        let brief = |n| DocumentName::Brief {
            campaign: CampaignId::from_random([1; 16]),
            sector: SectorId::from_random([n; 16]),
            night: Night::of(0, 0),
        };
        (0..number).map(brief).collect()
    }

    #[test]
    fn the_nearest_always_fit_and_every_other_one_has_its_turn() {
        let few = places(64);
        assert_eq!(in_turn(&few, 3), few);
        let many = places(200);
        let mut seen = std::collections::BTreeSet::new();
        for turn in 0..10 {
            let chosen = in_turn(&many, turn);
            assert_eq!(chosen.len(), FOLLOW_CAP);
            assert_eq!(chosen[..FOLLOW_CAP - TURNS], many[..FOLLOW_CAP - TURNS]);
            seen.extend(chosen);
        }
        assert_eq!(seen.len(), 200, "none waits for ever");
    }
}
