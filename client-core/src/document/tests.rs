//! What documents promise: one first change for ever, what is written is read, nothing is lost.

use super::*;
use crate::model::*;
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ObjType, ROOT, ReadDoc};
use std::collections::BTreeMap;

fn build_genesis() -> (ChangeHash, Vec<u8>) {
    let mut doc = Automerge::new().with_actor(automerge::ActorId::from([0u8; 24].as_slice()));
    let mut transaction = doc.transaction();
    transaction
        .put_object(ROOT, "objects", ObjType::Map)
        .unwrap();
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    let change = doc.get_change_by_hash(&hash.unwrap()).unwrap();
    (change.hash().into(), change.raw_bytes().to_vec())
}

#[test]
fn the_first_change_never_changes() {
    let (hash, bytes) = build_genesis();
    assert_eq!(bytes, GENESIS, "{bytes:02x?}");
    assert_eq!(hash, GENESIS_HASH);
    assert_eq!(
        hash.to_string(),
        "5f9a05f472b2390a621839b1fdcf538378c9c6ce841d5b000b6255291e5207c9"
    );
}

mod convergence;
mod fixtures;
mod merging;

pub(crate) mod sample {
    //! Invented documents for the tests of this module, the gate and sync.

    use super::*;

    pub const AT: TimestampMs = 1_769_115_600_000;

    pub fn device(number: u8) -> DeviceId {
        DeviceId::from_random([number; 16])
    }

    pub fn actor(number: u8) -> Actor {
        Actor::new(device(number), [number; 8])
    }

    pub fn stamp(number: u8) -> Stamp {
        Stamp {
            device: device(number),
            at: AT,
        }
    }

    pub fn key() -> RoundKey {
        RoundKey {
            campaign: CampaignId::from_random([1; 16]),
            team: TeamId::from_random([2; 16]),
            sector: Some(SectorId::from_random([3; 16])),
            night: "2026-01-22".parse().unwrap(),
            reissue: 0,
        }
    }

    pub fn departure(number: u8) -> Departure {
        Departure {
            id: DepartureId::from_random([number; 16]),
            stamp: stamp(number),
            warnings: vec!["battery".into(), "map".into()],
            took_over_from: None,
            walked: Vec::new(),
        }
    }

    pub fn closure(number: u8) -> Closure {
        Closure {
            id: ClosureId::from_random([number; 16]),
            stamp: stamp(number),
            coverage: Coverage::Partial,
            not_walked: Some("le parc, fermé".into()),
            zero_found: false,
            reopened_at: None,
        }
    }

    pub fn night() -> Night {
        "2026-01-22".parse().unwrap()
    }

    pub fn zone() -> Zone {
        Zone {
            id: ZoneId::from_random([1; 16]),
            code: "Z1".into(),
            name: "Rive gauche".into(),
            base: Some("salle des fêtes".into()),
        }
    }

    pub fn sector(number: u8) -> Sector {
        let west = f64::from(3_870 + i32::from(number)) / 1_000.0;
        let east = f64::from(3_871 + i32::from(number)) / 1_000.0;
        Sector {
            id: SectorId::from_random([number; 16]),
            code: format!("S{number}"),
            name: "Les Halles".into(),
            zone: Some(zone().id),
            risk: RiskClass::Experienced,
            boundary: geo::MultiPolygon(vec![geo::Polygon::new(
                geo::LineString::from(vec![
                    (west, 43.6),
                    (east, 43.6),
                    (east, 43.601),
                    (west, 43.6),
                ]),
                vec![],
            )]),
        }
    }

    pub fn team(number: u8) -> Team {
        Team {
            id: TeamId::from_random([number; 16]),
            code: format!("E{number}"),
            organisation: Some("asso".into()),
            professional: number > 5,
        }
    }

    pub fn campaign() -> Campaign {
        let id = CampaignId::from_random([1; 16]);
        let kind = CampaignKind::NightCount;
        let mut campaign = Campaign::prepare(id, "Nuit".into(), kind, CampaignMode::Real);
        campaign.state = CampaignState::Open;
        campaign.nights = vec![night(), "2026-01-23".parse().unwrap()];
        campaign.coordination_number = Some("+33 4 00 00 00 00".into());
        campaign.organisation = Some("ville".into());
        campaign.legal = LegalFrame {
            controller: "La métropole".into(),
            legal_basis: "mission d'intérêt public".into(),
            impact_assessment: "AIPD-12".into(),
            notice: "Nous comptons, sans demander de nom.".into(),
            opposition_contact: "dpo@exemple.test".into(),
        };
        campaign.retention = RetentionFrame {
            coarsen_on: Some("2026-04-01".parse().unwrap()),
            purge_on: Some("2027-01-22".parse().unwrap()),
        };
        campaign
    }

    pub fn site(number: u8) -> Site {
        Site {
            id: SiteId::from_random([number; 16]),
            kind: SiteKind::Squat,
            code: format!("SQ{number}"),
            coordinates: Coordinates {
                longitude: 3.88,
                latitude: 43.61,
            },
            audience: Audience::Professionals,
            expected: Some(HeadCount::between(10, 20, CountMethod::Declared)),
            note: Some("portail vert".into()),
            facts: None,
        }
    }

    pub fn decision(number: u8) -> Decision {
        let slot = |number: u8| SlotRef {
            observation: ObservationId::from_random([number; 16]),
            slot: 0,
        };
        Decision {
            id: DecisionId::from_random([number; 16]),
            one: slot(1).min(slot(2)),
            other: slot(1).max(slot(2)),
            verdict: Verdict::Same,
            reason: Some("même bonnet".into()),
            author: AccountId::from_random([8; 16]),
            decided_at: AT,
            undone_at: None,
        }
    }

    pub fn adjudication(number: u8) -> Adjudication {
        Adjudication {
            id: AdjudicationId::from_random([number; 16]),
            observation: ObservationId::from_random([number; 16]),
            ruling: Ruling::AskTeam,
            reason: None,
            author: AccountId::from_random([8; 16]),
            decided_at: AT,
            undone_at: None,
        }
    }

    pub fn correction(number: u8, kind: CorrectionKind) -> Correction {
        Correction {
            id: CorrectionId::from_random([number; 16]),
            observation: ObservationId::from_random([number; 16]),
            kind,
            reason: Some("mauvais côté de la rue".into()),
            author: AccountId::from_random([8; 16]),
            decided_at: AT,
            undone_at: None,
        }
    }

    pub fn observation(device: u8, number: u8) -> Observation {
        let choice = |code: &str| Answer::Known(AnswerValue::Choice(code.into()));
        Observation {
            id: ObservationId::from_random([number; 16]),
            kind: ObservationKind::Individual,
            created: stamp(device),
            observed_at: AT + i64::from(number),
            contact: Contact::Answered,
            certainty: Certainty::Probable,
            heads: HeadCount::between(1, 2, CountMethod::Estimated),
            fix: Some(Position {
                coordinates: Coordinates {
                    longitude: 3.876_716_2,
                    latitude: 43.610_769,
                },
                accuracy_m: Some(12.5),
                source: PositionSource::Fix,
                fixed_at: Some(AT),
            }),
            pin: None,
            typed_place: Some("sous le pont".into()),
            local_group: Some(LocalGroupId::from_random([9; 16])),
            site: None,
            note: Some("~ un chien".into()),
            organisation: Some("asso".into()),
            answers: Answers::from([
                ("gender".into(), choice("f")),
                ("tents".into(), Answer::Known(AnswerValue::Integer(2))),
                ("age".into(), Answer::Refused),
                (
                    "marks".into(),
                    Answer::Known(AnswerValue::Text("~t:bonnet".into())),
                ),
                (
                    "needs".into(),
                    Answer::Known(AnswerValue::Choices(vec!["water".into(), "care".into()])),
                ),
            ]),
            withdrawn: None,
            edited: None,
        }
    }
}

fn read(document: &Document) -> (Round, Vec<Issue>) {
    read_round(
        document,
        document_id(&DocumentName::Round { key: sample::key() }),
    )
}

#[test]
fn a_round_reads_back_as_written() {
    let mut document = Document::new(sample::actor(1));
    let mut closure = sample::closure(1);
    let change = document.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
        w.put_observation(&sample::observation(1, 4));
        w.put_closure(&closure);
    });
    assert!(change.is_some_and(|change| change.bytes.len() < 4_096));
    let (round, issues) = read(&document);
    assert_eq!(issues, vec![]);
    assert_eq!(round.key, Some(sample::key()));
    assert_eq!(round.departures, vec![sample::departure(1)]);
    assert_eq!(round.closures, vec![closure.clone()]);
    assert_eq!(round.observations, vec![sample::observation(1, 4)]);

    let again = document.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
        w.put_observation(&sample::observation(1, 4));
        w.put_closure(&closure);
        w.withdraw(sample::observation(1, 4).id, None);
    });
    assert_eq!(again, None, "nothing differs");

    closure.reopened_at = Some(sample::AT + 5);
    document
        .commit(sample::AT, |w| w.put_closure(&closure))
        .unwrap();
    assert_eq!(read(&document).0.closures, vec![closure]);
}

#[test]
fn a_document_survives_storage_in_every_shape() {
    let mut document = Document::new(sample::actor(1));
    let first = document
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 4));
        })
        .unwrap();
    let snapshot = document.snapshot();
    let second = document
        .commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, 5));
        })
        .unwrap();
    let check = |chunks: &[&[u8]]| {
        let loaded = Document::load(sample::actor(2), chunks).unwrap();
        assert_eq!(loaded.heads(), document.heads());
        assert_eq!(read(&loaded), read(&document));
    };
    check(&[&first.bytes, &second.bytes]);
    check(&[&snapshot, &second.bytes]);
    check(&[&snapshot, &first.bytes, &second.bytes]);
    check(&[&document.clone().snapshot()]);
    assert_eq!(
        Document::load(sample::actor(2), &[]).unwrap().heads(),
        [GENESIS_HASH]
    );
    assert_eq!(
        document.changes_since(&[GENESIS_HASH]),
        [first.clone(), second.clone()]
    );
    assert_eq!(
        document.changes_since(&[first.hash]),
        std::slice::from_ref(&second)
    );
    assert_eq!(
        document.changes_since(&[ChangeHash([7; 32]), first.hash]),
        [second]
    );
    let stranger = Automerge::new().save();
    assert_eq!(
        Document::load(sample::actor(1), &[&stranger]).map(|_| ()),
        Err(LoadError::NotDescended)
    );
}

#[test]
fn each_change_tells_the_entries_it_wrote() {
    let mut document = Document::new(sample::actor(1));
    let first = document.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
        w.put_observation(&sample::observation(1, 4));
    });
    let id = sample::observation(1, 4).id;
    document.commit(sample::AT, |w| {
        let reason = WithdrawalReason::Mistake;
        w.withdraw(id, Some(Withdrawal { at: 9, reason }));
    });
    let touched = document.touched();
    let observation = format!("observation:{id}");
    assert_eq!(touched.len(), 3, "the first change of all wrote no entry");
    assert!(touched[0].1.is_empty());
    assert_eq!(Some(touched[1].0), first.map(|change| change.hash));
    assert_eq!(touched[1].1.len(), 2);
    assert_eq!(touched[2].1, [observation].into());
}

#[test]
fn the_schema_page_names_every_field() {
    use entry::Entry;
    let page = include_str!("../../../docs/DOCUMENT_SCHEMA.md");
    assert!(page.contains(&GENESIS_HASH.to_string()));
    let mut written: Vec<(String, fields::Fields)> = Vec::new();
    let mut add = |key: String, fields: fields::Fields| written.push((key, fields));
    add(sample::campaign().key(), sample::campaign().fields());
    add(sample::zone().key(), sample::zone().fields());
    add(sample::sector(1).key(), sample::sector(1).fields());
    add(sample::team(1).key(), sample::team(1).fields());
    add(sample::site(1).key(), sample::site(1).fields());
    let departure = round::KeyedDeparture {
        key: Some(sample::key()),
        departure: sample::departure(1),
    };
    add(departure.key(), departure.fields());
    add(sample::closure(1).key(), sample::closure(1).fields());
    let observation = sample::observation(1, 4);
    add(observation.key(), observation.fields());
    add(sample::decision(1).key(), sample::decision(1).fields());
    let adjudication = sample::adjudication(1);
    add(adjudication.key(), adjudication.fields());
    for (key, fields) in written {
        let kind = key.split_once(':').unwrap().0;
        let (_, section) = page.split_once(&format!("### `{kind}:")).unwrap();
        let section = section.split("\n##").next().unwrap();
        let alike = "As a decision";
        for field in fields
            .keys()
            .filter(|field| !field.starts_with("a.") && !field.starts_with("w."))
        {
            let named = section.contains(&format!("`{field}`"));
            assert!(named || section.contains(alike), "{kind}.{field}");
        }
        for field in creation_fields(&key) {
            let line = section.lines().find(|l| l.contains(&format!("`{field}`")));
            let fixed = line.is_none_or(|line| line.contains("fixed"));
            assert!(fixed, "{kind}.{field} is fixed at creation");
        }
    }
}
