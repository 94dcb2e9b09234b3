use super::*;
use crate::model::{
    Answer, AnswerValue, Contact, CountMethod, DeviceId, HeadCount, Observation, ObservationId,
    ObservationKind, Stamp,
};

fn shipped() -> &'static Questionnaire {
    questionnaire("night-count-1")
}

fn number(n: i64) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Integer(n))
}

fn choice(code: &str) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Choice(code.to_owned()))
}

fn stamp(at: i64) -> Stamp {
    Stamp {
        device: DeviceId::from_random([9; 16]),
        at,
    }
}

fn filled(form: FormKind, answers: &[(&str, Answer<AnswerValue>)]) -> Draft {
    let mut draft = Draft::new(form, ObservationId::from_random([3; 16]), None, 1_000);
    answer_all(&mut draft, answers);
    draft
}

fn answer_all(draft: &mut Draft, answers: &[(&str, Answer<AnswerValue>)]) {
    for (name, answer) in answers {
        let taken = draft.answer(shipped(), name, answer.clone());
        assert_eq!(taken, Ok(()), "{name}");
    }
}

fn saved(draft: &Draft) -> Observation {
    let submission = Submission {
        stamp: stamp(2_000),
        organisation: None,
    };
    draft.submit(shipped(), submission).unwrap()
}

fn first_problem(draft: &Draft) -> Option<(String, ProblemCode)> {
    let problems = draft.problems(shipped());
    problems.into_iter().next().map(|p| (p.question, p.code))
}

#[test]
fn the_shipped_questionnaire_is_whole() {
    let whole = |labels: &Labels, what: &str| {
        assert!(
            labels.contains_key("fr") && labels.contains_key("en"),
            "{what}"
        );
    };
    let parses = |text: &Option<String>| {
        if let Some(text) = text {
            Expression::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        }
    };
    for form in &shipped().forms {
        for group in &form.groups {
            whole(&group.label, &group.name);
            parses(&group.relevant);
            for question in &group.questions {
                whole(&question.label, &question.name);
                parses(&question.relevant);
                parses(&question.constraint);
                let select = matches!(
                    question.kind,
                    QuestionKind::SelectOne | QuestionKind::SelectMultiple | QuestionKind::Sealed
                );
                assert_eq!(
                    select,
                    !shipped().choices(question).is_empty(),
                    "{}",
                    question.name
                );
            }
        }
    }
    for choice in shipped().lists.values().flatten() {
        whole(&choice.label, &choice.name);
    }
    for (role, name) in &shipped().roles {
        assert!(shipped().question(name).is_some(), "{role:?}");
    }
    assert_eq!(shipped().messages.len(), 6);
}

#[test]
fn a_counted_group_takes_at_most_ten_taps() {
    // Comptage, then three men, two women, one minor, the place, and Enregistrer.
    let taps = 1 + 3 + 2 + 1 + 1 + 1;
    assert!(taps <= 10);
    let draft = filled(
        FormKind::Count,
        &[
            ("n_men", number(3)),
            ("n_women", number(2)),
            ("n_minors", number(1)),
            ("sleeping_place", choice("doorway")),
        ],
    );
    let observation = saved(&draft);
    assert_eq!(observation.kind, ObservationKind::Group);
    assert_eq!(observation.heads, HeadCount::exactly(6));
    assert_eq!(observation.contact, Contact::Observed);
    assert_eq!(
        (observation.observed_at, observation.created.at),
        (1_000, 2_000)
    );
    assert_eq!(
        draft.cards(shipped())[0].questions.len(),
        6,
        "everything is on the first card"
    );
}

#[test]
fn an_empty_count_is_not_saved_and_says_why() {
    let mut draft = filled(FormKind::Count, &[]);
    assert_eq!(
        first_problem(&draft),
        Some(("sleeping_place".into(), ProblemCode::Required))
    );
    answer_all(&mut draft, &[("sleeping_place", choice("tent"))]);
    assert_eq!(
        first_problem(&draft),
        Some(("n_men".into(), ProblemCode::NoHeads))
    );
    answer_all(&mut draft, &[("n_men", number(120))]);
    assert_eq!(
        first_problem(&draft),
        Some(("n_men".into(), ProblemCode::TooLarge))
    );
    answer_all(&mut draft, &[("n_men", number(-1)), ("n_women", number(1))]);
    assert_eq!(
        first_problem(&draft),
        Some(("n_men".into(), ProblemCode::Negative))
    );
}

#[test]
fn a_refusal_keeps_only_place_hour_and_apparent_number() {
    let draft = filled(
        FormKind::Interview,
        &[
            ("consent", choice("yes")),
            ("sleeping_place", choice("park")),
            ("gender", choice("f")),
            ("consent", choice("no")),
            ("people_at_least", number(2)),
        ],
    );
    let observation = saved(&draft);
    assert_eq!(observation.contact, Contact::Refused);
    assert_eq!(observation.heads, HeadCount::exactly(2));
    let kept: Vec<&str> = observation.answers.keys().map(String::as_str).collect();
    assert_eq!(kept, ["consent", "people_at_least"]);
    assert_eq!(draft.cards(shipped()).len(), 2);
}

#[test]
fn an_interview_is_a_score_of_cards_and_may_be_partial() {
    let draft = filled(
        FormKind::Interview,
        &[
            ("consent", choice("some")),
            ("sleeping_place", choice("car_park")),
            ("household", choice("couple")),
            ("age_band", Answer::Refused),
            (
                "needs",
                Answer::Known(AnswerValue::Choices(vec!["food".into(), "shelter".into()])),
            ),
        ],
    );
    let cards = draft.cards(shipped()).len();
    assert!((16..=21).contains(&cards), "{cards}");
    let observation = saved(&draft);
    assert_eq!(observation.contact, Contact::Partial);
    assert_eq!(observation.heads.method, CountMethod::Estimated);
    assert_eq!(observation.heads.at_least(), 2);
    assert_eq!(
        observation.answers["needs"],
        Answer::Known(AnswerValue::Choices(vec!["shelter".into(), "food".into()]))
    );
    let reading = read_roles(shipped(), &observation.answers);
    assert_eq!(reading.shelter.as_deref(), Some("carpark"));
    assert_eq!(reading.age, None);
}

#[test]
fn an_unknown_number_in_a_closed_tent_or_vehicle_takes_one_tap() {
    for (place, at_most) in [("tent", 3), ("vehicle", 2)] {
        let draft = filled(
            FormKind::NoContact,
            &[
                ("reason", choice("asleep")),
                ("sleeping_place", choice(place)),
                ("people_at_least", number(7)),
                ("heads_unknown", choice("unknown")),
            ],
        );
        let observation = saved(&draft);
        let expected = HeadCount::between(1, at_most, CountMethod::Estimated);
        assert_eq!(observation.heads, expected, "{place}");
        assert_eq!(observation.contact, Contact::Asleep);
        assert!(!observation.answers.contains_key("people_at_least"));
    }
}

#[test]
fn bounds_the_wrong_way_round_are_refused_with_the_questions_own_words() {
    let draft = filled(
        FormKind::NoContact,
        &[
            ("reason", choice("observed")),
            ("sleeping_place", choice("woods")),
            ("people_at_least", number(5)),
            ("people_at_most", number(4)),
        ],
    );
    let problems = draft.problems(shipped());
    assert_eq!(problems[0].code, ProblemCode::Constraint);
    assert!(problems[0].message["fr"].contains("au moins"));
}

#[test]
fn a_site_keeps_what_was_told_and_what_was_counted_apart() {
    let mut draft = filled(
        FormKind::Site,
        &[
            ("site_kind", choice("bidonville")),
            ("declared_at_least", number(40)),
            ("declared_at_most", number(60)),
        ],
    );
    let told = HeadCount::between(40, 60, CountMethod::Declared);
    assert_eq!(saved(&draft).heads, told);
    answer_all(&mut draft, &[("counted", number(31))]);
    let observation = saved(&draft);
    assert_eq!(
        observation.heads,
        HeadCount::between(31, 60, CountMethod::Counted)
    );
    let reading = read_roles(shipped(), &observation.answers);
    assert_eq!(
        (
            reading.declared_at_least,
            reading.declared_at_most,
            reading.counted
        ),
        (Some(40), Some(60), Some(31))
    );
    let unfilled = filled(FormKind::Site, &[("site_kind", choice("squat"))]);
    assert_eq!(
        first_problem(&unfilled),
        Some(("counted".into(), ProblemCode::NoHeads))
    );
}

#[test]
fn zero_and_partners_are_valid_results() {
    let zero = saved(&filled(FormKind::ZeroSector, &[]));
    assert_eq!(
        (zero.kind, zero.heads),
        (ObservationKind::ZeroSector, HeadCount::exactly(0))
    );
    let partner = saved(&filled(
        FormKind::PartnerCount,
        &[
            ("sleeping_place", choice("station")),
            ("people_at_least", number(12)),
        ],
    ));
    assert_eq!(
        partner.heads,
        HeadCount::between(12, 12, CountMethod::Declared)
    );
}

#[test]
fn an_observation_opens_in_the_form_it_was_filled_with_and_saves_unchanged() {
    let forms = [
        (
            FormKind::Count,
            vec![("n_women", number(1)), ("sleeping_place", choice("tent"))],
        ),
        (FormKind::Interview, vec![("consent", choice("no"))]),
        (
            FormKind::NoContact,
            vec![
                ("reason", choice("refused")),
                ("sleeping_place", choice("street")),
            ],
        ),
        (
            FormKind::Site,
            vec![("site_kind", choice("squat")), ("counted", number(0))],
        ),
        (FormKind::ZeroSector, vec![]),
    ];
    for (form, answers) in forms {
        let mut draft = filled(form, &answers);
        let note = Answer::Known(AnswerValue::Text("Côté cour".into()));
        if draft.cards(shipped()).iter().any(|card| {
            card.questions
                .iter()
                .any(|question| question.name == "note")
        }) {
            answer_all(&mut draft, &[("note", note)]);
        }
        draft.type_place("Sous le porche");
        let first = saved(&draft);
        let again = Draft::edit(shipped(), &first);
        assert_eq!(again.form, form);
        let mut second = saved(&again);
        assert_eq!(second.edited.take(), Some(stamp(2_000)));
        assert_eq!(first, second, "{form:?}");
    }
}

#[test]
fn completing_keeps_the_people_who_were_counted() {
    let group = saved(&filled(
        FormKind::Count,
        &[
            ("n_men", number(2)),
            ("n_women", number(1)),
            ("sleeping_place", choice("bridge")),
        ],
    ));
    let mut draft = Draft::complete(shipped(), &group);
    answer_all(&mut draft, &[("consent", choice("yes"))]);
    let completed = saved(&draft);
    assert_eq!(completed.heads, HeadCount::exactly(3));
    assert_eq!(
        (completed.id, completed.contact),
        (group.id, Contact::Answered)
    );

    let sleeper = saved(&filled(
        FormKind::NoContact,
        &[
            ("reason", choice("asleep")),
            ("sleeping_place", choice("square")),
        ],
    ));
    let mut draft = Draft::complete(shipped(), &sleeper);
    answer_all(&mut draft, &[("consent", choice("yes"))]);
    assert_eq!(saved(&draft).heads, HeadCount::exactly(1));
}

#[test]
fn a_card_keeps_its_place_when_another_appears() {
    let mut draft = filled(FormKind::NoContact, &[("reason", choice("refused"))]);
    draft.go_to(shipped(), 2);
    answer_all(&mut draft, &[("reason", choice("asleep"))]);
    let cards = draft.cards(shipped());
    assert_eq!((cards.len(), draft.current(&cards)), (4, 2));
    draft.go_to(shipped(), 99);
    let cards = draft.cards(shipped());
    assert_eq!(draft.current(&cards), 3);
}

#[test]
fn an_answer_of_another_kind_or_list_is_not_taken() {
    let mut draft = filled(FormKind::Count, &[]);
    let mut check = |name: &str, answer, expected| {
        assert_eq!(
            draft.answer(shipped(), name, answer),
            Err(expected),
            "{name}"
        );
    };
    check("n_men", choice("three"), AnswerError::WrongKind);
    check(
        "sleeping_place",
        choice("palace"),
        AnswerError::UnknownChoice,
    );
    check("consent", choice("yes"), AnswerError::UnknownQuestion);
}

#[test]
fn an_edit_replaces_only_what_it_changed() {
    let opened = saved(&filled(
        FormKind::Count,
        &[("n_men", number(1)), ("sleeping_place", choice("street"))],
    ));
    let mut present = opened.clone();
    present.answers.insert("n_dogs".into(), number(2));
    present.certainty = crate::model::Certainty::Probable;
    let mut draft = Draft::edit(shipped(), &opened);
    answer_all(&mut draft, &[("n_women", number(1))]);
    let kept = keep_others_work(&opened, &saved(&draft), &present);
    assert_eq!(kept.answers["n_dogs"], number(2));
    assert_eq!(kept.answers["n_women"], number(1));
    assert_eq!(kept.certainty, crate::model::Certainty::Probable);
    assert_eq!(kept.heads, HeadCount::exactly(2));
}

#[test]
fn an_interview_asks_one_question_per_card() {
    let questionnaire = questionnaire("night-count-1");
    let interview = questionnaire.form(FormKind::Interview).unwrap();
    for card in &interview.groups {
        let asked: Vec<&Question> = card
            .questions
            .iter()
            .filter(|q| !matches!(q.kind, QuestionKind::Note | QuestionKind::Geopoint))
            .collect();
        // "How many are you?" is one question answered on four counters.
        let counters = asked.iter().all(|q| q.appearance == Appearance::Counter);
        assert!(asked.len() == 1 || counters, "{}", card.name);
    }
}
