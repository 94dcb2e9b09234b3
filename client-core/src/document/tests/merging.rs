//! Two tablets, older and newer versions, plans and reviews.

use super::*;

fn two_tablets() -> (Document, Document) {
    let mut one = Document::new(sample::actor(1));
    one.commit(sample::AT, |w| {
        w.put_observation(&sample::observation(1, 4));
    });
    let other = Document::load(sample::actor(2), &[&one.snapshot()]).unwrap();
    (one, other)
}

fn exchange(one: &mut Document, other: &mut Document) {
    let take = |from: &Document, to: &mut Document| {
        let changes = from.changes_since(&to.heads());
        let changes: Vec<Vec<u8>> = changes.into_iter().map(|change| change.bytes).collect();
        to.apply(&changes).unwrap();
    };
    take(one, other);
    take(other, one);
    assert_eq!(one.heads(), other.heads());
}

fn edited(device: u8, edit: impl FnOnce(&mut Observation)) -> Observation {
    let mut observation = sample::observation(1, 4);
    observation.edited = Some(sample::stamp(device));
    edit(&mut observation);
    observation
}

#[test]
fn two_tablets_that_start_offline_meet_in_one_round() {
    let start = |number: u8| {
        let mut document = Document::new(sample::actor(number));
        document.commit(sample::AT, |w| {
            w.put_departure(&sample::key(), &sample::departure(number));
            w.put_observation(&sample::observation(number, number + 10));
        });
        document
    };
    let (mut one, mut other) = (start(1), start(2));
    exchange(&mut one, &mut other);
    let (round, issues) = read(&one);
    assert_eq!(issues, vec![]);
    assert_eq!(round.key, Some(sample::key()));
    assert_eq!((round.departures.len(), round.observations.len()), (2, 2));
}

#[test]
fn edits_of_two_fields_both_survive() {
    let (mut one, mut other) = two_tablets();
    let noted = edited(1, |o| o.note = Some("tente bleue".into()));
    let counted = edited(2, |o| o.heads = HeadCount::exactly(3));
    one.commit(sample::AT, |w| w.put_observation(&noted));
    other.commit(sample::AT, |w| w.put_observation(&counted));
    exchange(&mut one, &mut other);
    let (round, issues) = read(&one);
    assert_eq!(issues, vec![]);
    assert_eq!(round.observations[0].note, noted.note);
    assert_eq!(round.observations[0].heads, counted.heads);
}

#[test]
fn edits_of_one_field_are_kept_and_shown_until_settled() {
    let (mut one, mut other) = two_tablets();
    let set = |text: &str| Answer::Known(AnswerValue::Text(text.into()));
    let mine = edited(1, |o| {
        o.answers.insert("marks".into(), set("bonnet rouge"));
    });
    let theirs = edited(2, |o| {
        o.answers.insert("marks".into(), set("bonnet bleu"));
    });
    one.commit(sample::AT, |w| w.put_observation(&mine));
    other.commit(sample::AT, |w| w.put_observation(&theirs));
    exchange(&mut one, &mut other);
    let (round, issues) = read(&one);
    assert_eq!(read(&other), (round.clone(), issues.clone()));
    let [issue] = issues.as_slice() else {
        panic!("one conflict: {issues:?}");
    };
    assert_eq!(issue.code, IssueCode::Conflict);
    assert_eq!(issue.field.as_deref(), Some("a.marks"));
    let first = &issue.values[0];
    assert_eq!(round.observations[0].answers["marks"], set(first));
    let mut both = issue.values.clone();
    both.sort();
    assert_eq!(both, ["bonnet bleu", "bonnet rouge"]);

    one.commit(sample::AT, |w| w.settle(&issue.key, "a.marks"));
    exchange(&mut one, &mut other);
    assert_eq!(read(&other).1, vec![]);
    assert_eq!(read(&other).0.observations[0].answers["marks"], set(first));
}

#[test]
fn a_withdrawal_hides_no_edit_and_is_undone() {
    let (mut one, mut other) = two_tablets();
    let id = sample::observation(1, 4).id;
    let withdrawal = Withdrawal {
        at: sample::AT,
        reason: WithdrawalReason::Twice,
    };
    one.commit(sample::AT, |w| w.withdraw(id, Some(withdrawal)));
    let noted = edited(2, |o| o.note = Some("parti à 23 h".into()));
    other.commit(sample::AT, |w| w.put_observation(&noted));
    exchange(&mut one, &mut other);
    let observation = read(&one).0.observations.remove(0);
    assert_eq!(observation.withdrawn, Some(withdrawal));
    assert_eq!(observation.note, noted.note);
    one.commit(sample::AT, |w| w.withdraw(id, None));
    assert!(read(&one).0.observations[0].stands());
}

#[test]
fn what_a_newer_version_wrote_is_told_and_left_alone() {
    let (mut one, _) = two_tablets();
    let key = format!("observation:{}", sample::observation(1, 4).id);
    let mut transaction = one.doc.transaction();
    let (_, entry) = transaction
        .get(&one.objects, key.as_str())
        .unwrap()
        .unwrap();
    transaction.put(&entry, "weather", "rain").unwrap();
    transaction.put(&entry, "contact", "by_drone").unwrap();
    transaction.put(&entry, "a.size", true).unwrap();
    let dogs = transaction
        .put_object(&one.objects, "dog:7", ObjType::Map)
        .unwrap();
    transaction.put(dogs, "name", "Rex").unwrap();
    transaction.commit();

    let (round, issues) = read(&one);
    let told: Vec<(IssueCode, Option<&str>)> = issues
        .iter()
        .map(|issue| (issue.code, issue.field.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (IssueCode::OddValue, Some("a.size")),
            (IssueCode::OddValue, Some("contact")),
            (IssueCode::UnknownKey, None),
            (IssueCode::UnknownKey, Some("weather")),
        ]
    );
    let mut observation = round.observations[0].clone();
    assert_eq!(observation.contact, Contact::Observed);
    observation.note = Some("revu".into());
    one.commit(sample::AT, |w| w.put_observation(&observation))
        .unwrap();
    let kept = one.fields(&key).unwrap();
    assert_eq!(kept["contact"], "by_drone");
    assert_eq!(kept["weather"], "rain");
    assert_eq!(kept["a.size"], "true");
    assert_eq!(kept["note"], "revu");
}

#[test]
fn a_plan_reads_back_and_forgets_what_was_removed() {
    let mut document = Document::new(sample::actor(9));
    let assignment = Assignment {
        team: sample::team(1).id,
        sector: sample::sector(1).id,
        night: sample::night(),
    };
    document.commit(sample::AT, |w| {
        w.put_campaign(&sample::campaign());
        w.put_perimeter(&["34172".into(), "34057".into()]);
        w.put_zone(&sample::zone());
        w.put_sector(&sample::sector(1));
        w.put_sector(&sample::sector(2));
        w.put_team(&sample::team(1));
        w.put_assignment(&assignment);
    });
    let (plan, issues) = read_plan(&document);
    assert_eq!(issues, vec![]);
    assert_eq!(plan.campaign, Some(sample::campaign()));
    assert_eq!(plan.perimeter, ["34172", "34057"]);
    assert_eq!(plan.zones, [sample::zone()]);
    assert_eq!(plan.teams, [sample::team(1)]);
    assert_eq!(plan.assignments, [assignment]);
    let mut sectors = vec![sample::sector(1), sample::sector(2)];
    sectors.sort_by_key(|sector| sector.id);
    assert_eq!(plan.sectors, sectors);

    document.commit(sample::AT, |w| {
        w.remove_sector(sample::sector(1).id);
        w.remove_assignment(&assignment);
        w.remove_team(TeamId::from_random([77; 16]));
    });
    let (plan, _) = read_plan(&document);
    assert_eq!(plan.sectors, [sample::sector(2)]);
    assert_eq!((plan.assignments.len(), plan.teams.len()), (0, 1));
    document.commit(sample::AT, |w| w.put_assignment(&assignment));
    assert_eq!(read_plan(&document).0.assignments, [assignment]);
    assert_eq!(
        document.commit(sample::AT, |w| w.put_assignment(&assignment)),
        None
    );
}

#[test]
fn a_brief_and_a_review_read_back() {
    let mut brief = Document::new(sample::actor(9));
    brief.commit(sample::AT, |w| {
        w.put_site(&sample::site(1));
        w.put_site(&sample::site(2));
        w.remove_site(sample::site(2).id);
    });
    assert_eq!(read_brief(&brief).0.sites, [sample::site(1)]);

    let mut review = Document::new(sample::actor(9));
    let place = CorrectionKind::Place(sample::site(1).coordinates);
    let sector = CorrectionKind::Sector(sample::sector(1).id);
    review.commit(sample::AT, |w| {
        w.put_decision(&sample::decision(1));
        w.put_decision(&sample::decision(2));
        w.put_adjudication(&sample::adjudication(3));
        w.put_correction(&sample::correction(4, place));
        w.put_correction(&sample::correction(5, sector));
        w.mark_read(&[sample::observation(1, 6).id], 9);
    });
    let (read, issues) = read_review(&review);
    assert_eq!(issues, vec![]);
    assert_eq!(read.decisions.len(), 2);
    assert_eq!(read.adjudications, [sample::adjudication(3)]);
    let kinds: Vec<CorrectionKind> = read.corrections.iter().map(|c| c.kind).collect();
    assert!(kinds.contains(&place) && kinds.contains(&sector));
    assert_eq!(read.read[&sample::observation(1, 6).id], 9);
    review.commit(sample::AT, |w| {
        w.undo_decision(sample::decision(1).id, 5);
        w.undo_adjudication(sample::adjudication(3).id, 6);
        w.undo_correction(sample::correction(4, place).id, 7);
        w.mark_read(&[sample::observation(1, 6).id], 10);
    });
    let (again, _) = read_review(&review);
    let undone = again.decisions.iter().find(|d| d.undone_at.is_some());
    assert_eq!(undone.map(|d| d.id), Some(sample::decision(1).id));
    assert_eq!(again.adjudications[0].undone_at, Some(6));
    let mark = again.read[&sample::observation(1, 6).id];
    assert_eq!(mark, 10, "what was edited since is read again");
}

#[test]
fn history_tells_who_wrote_what_and_when() {
    let (mut one, mut other) = two_tablets();
    let noted = edited(2, |o| o.note = None);
    other.commit(sample::AT + 60_000, |w| w.put_observation(&noted));
    exchange(&mut one, &mut other);
    let key = format!("observation:{}", noted.id);
    let history = one.history(&key);
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].device, sample::device(1));
    assert_eq!(history[0].fields["a.gender"], "f");
    assert_eq!(history[1].device, sample::device(2));
    assert_eq!(history[1].at, sample::AT + 60_000);
    assert_eq!(history[1].fields["note"], "");
    let written: Vec<&str> = history[1].fields.keys().map(String::as_str).collect();
    assert_eq!(written, ["edited", "note"]);
}

#[test]
fn a_text_is_cut_between_characters_so_that_the_gate_lets_it_in() {
    let mut document = Document::new(sample::actor(1));
    let mut observation = sample::observation(1, 4);
    observation.note = Some("é".repeat(2_000));
    document.commit(sample::AT, |w| w.put_observation(&observation));
    let note = read(&document).0.observations.remove(0).note.unwrap();
    assert_eq!(note, "é".repeat(1_024));
    let mut round = sample::sector(1);
    round.boundary.0[0] = geo::Polygon::new(
        (0..20_000)
            .map(|i| (f64::from(i) / 1e4, 43.123_456_7))
            .collect(),
        vec![],
    );
    assert!(boundary_fits(&sample::sector(1).boundary) && !boundary_fits(&round.boundary));
}

#[test]
fn streets_declared_by_two_tablets_are_all_the_rounds_and_one_taken_back_is_gone() {
    let mut one = Document::new(sample::actor(1));
    one.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
        w.put_departure(&sample::key(), &sample::departure(2));
    });
    let mut other = Document::load(sample::actor(2), &[&one.snapshot()]).unwrap();
    let [own, theirs] = [1, 2].map(|number| sample::departure(number).id);
    one.commit(sample::AT, |w| {
        w.mark_street(own, "rue_longue", true);
        w.mark_street(own, "place_ronde", true);
    });
    other.commit(sample::AT, |w| w.mark_street(theirs, "rue_longue", true));
    exchange(&mut one, &mut other);
    let (round, issues) = read(&one);
    assert_eq!(issues, vec![]);
    assert_eq!(round.walked(), ["place_ronde", "rue_longue"]);

    // Taken back in one departure alone, the other still says so.
    other.commit(sample::AT, |w| w.mark_street(own, "rue_longue", false));
    exchange(&mut one, &mut other);
    assert_eq!(read(&one).0.walked(), ["place_ronde", "rue_longue"]);
    one.commit(sample::AT, |w| w.mark_street(theirs, "rue_longue", false));
    exchange(&mut one, &mut other);
    for document in [&one, &other] {
        let (round, issues) = read(document);
        assert_eq!(
            (round.walked(), issues),
            (vec!["place_ronde".to_owned()], vec![])
        );
    }
    // Nor does writing the start again take one back.
    one.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
    });
    assert_eq!(read(&one).0.walked(), ["place_ronde"]);
    // What stands already is not written again, nor a departure that is not here.
    assert!(
        one.commit(sample::AT, |w| w.mark_street(own, "place_ronde", true))
            .is_none()
    );
    let nobody = sample::departure(9).id;
    assert!(
        one.commit(sample::AT, |w| w.mark_street(nobody, "rue_longue", true))
            .is_none()
    );
    let change = one.commit(sample::AT, |w| w.mark_street(own, "place_ronde", false));
    assert!(
        change.is_some(),
        "negative control: what differs is a change"
    );
}
