//! A file of paper sheets is taken in as if somebody had keyed it in, whole or not at all.

use super::tests::Coordination;
use super::*;
use crate::projection::fixtures::{departure, device, night, observation, place, sector, team};
use crate::projection::{ObservationFilter, ObservationLine, filed_figures};
use maraude_core::model::{AccountId, Coverage, Observation, ObservationId};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fmt::Write as _;

const HEADINGS: &str = "Feuille;Équipe;Secteur;Nuit;Secteur parcouru;Rues non parcourues;Heure;Où;Hommes;\
                        Femmes;Mineur·es;Non déterminé;Où dort-on ?;Sûr ?;Note";

fn printed(desk: &Coordination, of: &[(u8, u8)]) -> Vec<String> {
    let engine = &desk.world.engine;
    let wanted: Vec<_> = of.iter().map(|(t, s)| (team(*t), sector(*s))).collect();
    let by = (AccountId::from_random([1; 16]), desk.world.clock.now());
    let plan = engine.plan().unwrap();
    let sheets = print_sheets(&**engine.log(), &plan, night(), &wanted, by).unwrap();
    sheets.iter().map(|s| s.number.to_string()).collect()
}

fn lines(desk: &Coordination) -> Vec<ObservationLine> {
    desk.live.catch_up().unwrap();
    let filter = ObservationFilter::default();
    desk.live.view().lines(&filter).unwrap().0
}

fn street(desk: &Coordination) -> u32 {
    filed_figures(&lines(desk)).street[0]
}

fn keyed_in(desk: &Coordination) -> usize {
    let engine = &desk.world.engine;
    let all = printed_sheets(&**engine.log()).unwrap();
    let there = all
        .iter()
        .filter(|sheet| is_keyed_in(engine, sheet).unwrap());
    there.count()
}

fn look(desk: &Coordination, file: &[u8]) -> SheetFile {
    read_sheet_file(&desk.world.engine, desk.world.clock.now(), file).unwrap()
}

fn take(desk: &Coordination, file: impl AsRef<[u8]>) -> OrderDone {
    desk.order(Order::ImportSheets(file.as_ref().to_vec()))
        .unwrap()
}

/// `line column code`, one for each fault.
fn told(file: &SheetFile) -> Vec<String> {
    let faults = file.faults.iter();
    faults
        .map(|fault| format!("{} {} {}", fault.line, fault.column, fault.code.code()))
        .collect()
}

/// A file of two sheets, each with its rows: five people and three.
fn two_sheets(numbers: &[String]) -> String {
    let (one, two) = (&numbers[0], &numbers[1]);
    format!(
        "{HEADINGS}\r\n\
         {one};E1;S1;{night};en entier;;23h10;\"12, rue du Pont\";2;;1;;1;C;\r\n\
         {one};;;;;;00:30;sous le pont;;1;;1;Berge, pont, tunnel;;\"dit \"\"merci\"\"\"\r\n\
         {two};E2;;22/01/2026;en partie;rue Haute;22:05;;3;;;;station;P;=1+1\r\n",
        night = night(),
    )
}

fn row(hour: &str, people: [u32; 4], sleeping_place: &str) -> SheetRow {
    SheetRow {
        hour: hour.into(),
        people,
        sleeping_place: sleeping_place.into(),
        certainty: None,
        typed_place: String::new(),
        note: String::new(),
    }
}

/// The same two sheets as somebody keys them in.
fn by_hand(numbers: &[String]) -> [FilledSheet; 2] {
    let one = FilledSheet {
        number: numbers[0].clone(),
        coverage: Coverage::Full,
        not_walked: None,
        rows: vec![
            SheetRow {
                certainty: Some("certain".into()),
                typed_place: "12, rue du Pont".into(),
                ..row("23:10", [2, 0, 1, 0], "street")
            },
            SheetRow {
                typed_place: "sous le pont".into(),
                note: "dit \"merci\"".into(),
                ..row("00:30", [0, 1, 0, 1], "bridge")
            },
        ],
    };
    let two = FilledSheet {
        number: numbers[1].clone(),
        coverage: Coverage::Partial,
        not_walked: Some("rue Haute".into()),
        rows: vec![SheetRow {
            certainty: Some("probable".into()),
            note: "=1+1".into(),
            ..row("22:05", [3, 0, 0, 0], "station")
        }],
    };
    [one, two]
}

/// What stands in a campaign, apart from what derives from its own identifiers.
fn everything(desk: &Coordination) -> (Vec<Observation>, Vec<String>) {
    let mut seen: Vec<Observation> = lines(desk).into_iter().map(|l| l.observation).collect();
    seen.sort_by_key(|one| one.observed_at);
    for one in &mut seen {
        one.id = ObservationId::from_random([0; 16]);
        one.created.device = device(1);
    }
    let rounds = desk.live.view().rounds(None).unwrap();
    let rounds = rounds.iter().map(|one| {
        let (coverage, zero) = (one.coverage(), one.zero_found);
        let of = (one.sector, one.team, one.departed_at, one.closed_at);
        format!("{of:?} {coverage:?} {zero} {}", one.paper)
    });
    let mut rounds: Vec<String> = rounds.collect();
    rounds.sort();
    (seen, rounds)
}

#[test]
fn a_filled_template_says_what_the_same_sheets_keyed_in_say() {
    assert_eq!(sheet_template(), format!("\u{feff}{HEADINGS}\r\n"));
    let (typed, imported) = (Coordination::new(), Coordination::new());
    let numbers = printed(&typed, &[(1, 1), (2, 2)]);
    assert_eq!(printed(&imported, &[(1, 1), (2, 2)]), numbers);
    for sheet in by_hand(&numbers) {
        let done = typed.order(Order::KeyInSheet(sheet)).unwrap();
        assert!(done.refused.is_empty());
    }
    let file = two_sheets(&numbers);
    let seen = look(&imported, file.as_bytes());
    assert_eq!(told(&seen), [""; 0]);
    assert_eq!(seen.rows(), 3);
    assert!(seen.columns.iter().all(|(_, column)| column.is_some()));
    assert_eq!(keyed_in(&imported), 0, "nothing is written by looking");
    let done = take(&imported, &file);
    assert_eq!((done.imported, done.refused.len()), (3, 0));
    assert_eq!(sheets_in_words(&done, "test"), "sheets=2 rows=3: test");
    let (by_hand, by_file) = (everything(&typed), everything(&imported));
    assert_eq!(by_hand.1, by_file.1);
    assert!(by_hand.0 == by_file.0, "the observations are the same");
    assert_eq!((street(&imported), keyed_in(&imported)), (8, 2));
}

#[test]
fn a_file_reads_the_same_in_every_dialect_and_order() {
    let semicolons = |numbers: &[String]| two_sheets(numbers);
    let apart = |text: &str, separator: u8| {
        let mut out = csv::WriterBuilder::new()
            .delimiter(separator)
            .from_writer(Vec::new());
        let mut read = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .from_reader(text.as_bytes());
        for record in read.records() {
            // Columns the other way round, too.
            let cells: Vec<String> = record.unwrap().iter().rev().map(str::to_owned).collect();
            out.write_record(&cells).unwrap();
        }
        out.into_inner().unwrap()
    };
    let expected = {
        let desk = Coordination::new();
        take(&desk, semicolons(&printed(&desk, &[(1, 1), (2, 2)])));
        everything(&desk)
    };
    assert_eq!(expected.0.len(), 3);
    for dialect in 0..5 {
        let desk = Coordination::new();
        let text = semicolons(&printed(&desk, &[(1, 1), (2, 2)]));
        let file = match dialect {
            0 => format!("\u{feff}{text}").into_bytes(),
            1 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            2 => apart(&text, b','),
            3 => apart(&text, b'\t'),
            _ => text.replace("\r\n", "\n").into_bytes(),
        };
        assert_eq!(take(&desk, &file).refused, [""; 0], "{dialect}");
        assert!(everything(&desk) == expected, "{dialect}");
    }
}

/// What is put in whose place in [`two_sheets`], and the fault that follows.
const DAMAGED: [(&str, &str, &str); 19] = [
    ("23h10", "tard", "2 Heure hour"),
    (";2;;1;;1;C;", ";2;;1;;1;X;", "2 Sûr ? certainty"),
    (
        ";2;;1;;1;C;",
        ";2;;1;;99;C;",
        "2 Où dort-on ? sleeping-place",
    ),
    (";2;;1;;1;C;", ";2;;1;;;C;", "2 Où dort-on ? sleeping-place"),
    (";2;;1;;1;C;", ";deux;;1;;1;C;", "2 Hommes number"),
    (";2;;1;;1;C;", ";2;;100;;1;C;", "2 Mineur·es number"),
    (";2;;1;;1;C;", ";;;;;1;C;", "2 Hommes people"),
    ("en entier", "oui", "2 Secteur parcouru coverage-wrong"),
    ("en entier", "", "2 Secteur parcouru coverage-missing"),
    (
        ";;;;;00:30",
        ";;;en partie;;00:30",
        "3 Secteur parcouru coverage-differs",
    ),
    ("E1;S1", "E2;S1", "2 Équipe team-differs"),
    ("E1;S1", "E1;S2", "2 Secteur sector-differs"),
    ("22/01/2026", "23/01/2026", "4 Nuit night-differs"),
    ("=1+1\r\n", "x;;y\r\n", "4  cells"),
    ("\"dit \"\"merci\"\"\"", "\"dit\r\nmerci\"", "3  line-break"),
    (";=1+1", ";\"non fermé", "4  quote"),
    ("Note\r\n", "Remarque;Note\r\n", "1 Note column-twice"),
    ("Nuit;", "Nuits;", "2 Nuits column-unknown"),
    ("Heure;", "Horaire;", "1 Heure column-missing"),
];

#[test]
fn what_is_wrong_is_told_by_line_and_column_and_nothing_comes_in() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (2, 2)]);
    let right = two_sheets(&numbers);
    let long = "é".repeat(281);
    let (one, two) = (&*numbers[0], &*numbers[1]);
    let wrong_letter = format!("{}A", &one[..5]);
    let of_this: [(&str, &str, &str); 7] = [
        (
            ";2;;1;;1;C;",
            &format!(";2;;1;;1;C;{long}"),
            "2 Note too-long",
        ),
        ("sous le pont", &long[..242], "3 Où too-long"),
        ("rue Haute", &long, "4 Rues non parcourues too-long"),
        (two, "", "4 Feuille sheet-missing"),
        (two, "0042", "4 Feuille sheet-number-wrong"),
        (two, &wrong_letter, "4 Feuille sheet-number-wrong"),
        (two, "0900-A", "4 Feuille sheet-unknown"),
    ];
    for (from, to, expected) in of_this.into_iter().chain(DAMAGED) {
        let damaged = right.replacen(from, to, 1);
        assert_ne!(damaged, right, "{expected}");
        let faults = told(&look(&desk, damaged.as_bytes()));
        assert!(
            faults.contains(&expected.to_owned()),
            "{expected}: {faults:?}"
        );
        let done = take(&desk, &damaged);
        assert_eq!(done.refused.len(), faults.len(), "{expected}");
        assert_eq!((done.imported, keyed_in(&desk)), (0, 0), "{expected}");
    }
    for (bytes, expected) in [
        (&b""[..], "1  empty"),
        (b"PK\x03\x04", "1  workbook"),
        (b"\xff\xfeF\0", "1  utf-16"),
        (b"F\0", "1  not-text"),
        (HEADINGS.as_bytes(), "2  empty"),
        (&vec![b'x'; SHEET_FILE_BYTES + 1], "1  too-large"),
    ] {
        assert_eq!(told(&look(&desk, bytes)), [expected]);
    }
    // Control: what was damaged is taken as it was.
    assert_eq!(take(&desk, &right).refused, [""; 0]);
    assert_eq!(keyed_in(&desk), 2);
}

#[test]
fn a_sheet_is_counted_once_whether_typed_imported_or_twice_in_the_file() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (2, 2), (1, 1)]);
    let file = two_sheets(&numbers);
    let [first, _] = by_hand(&numbers);
    desk.order(Order::KeyInSheet(first)).unwrap();
    assert_eq!(
        told(&look(&desk, file.as_bytes())),
        ["2 Feuille sheet-keyed-in"]
    );
    assert_eq!(take(&desk, &file).imported, 0);
    assert_eq!((street(&desk), keyed_in(&desk)), (5, 1));
    let rest: Vec<&str> = (file.lines())
        .filter(|line| !line.starts_with(&numbers[0]))
        .collect();
    let rest = rest.join("\n");
    assert_eq!(take(&desk, &rest).imported, 1);
    assert_eq!((street(&desk), keyed_in(&desk)), (8, 2));
    // The same file again.
    let again = take(&desk, &rest);
    assert!(
        again.refused[0].starts_with("line 2, column « Feuille »"),
        "{:?}",
        again.refused
    );
    assert!(again.refused[0].contains(&numbers[1]));
    assert_eq!(street(&desk), 8);
    // Pasted twice, and under another way of writing its number.
    let third = &numbers[2];
    let lower = third.to_lowercase().replace('-', "");
    let line = |number: &str| format!("{number};;;;en entier;;23:10;;1;;;;1;;\n");
    let once = format!("{HEADINGS}\n{}{}", line(third), line(&lower));
    let apart = format!(
        "{HEADINGS}\n{}{}{}",
        line(third),
        line("0900-A"),
        line(&lower)
    );
    assert_eq!(
        look(&desk, once.as_bytes()).rows(),
        2,
        "two rows of one sheet"
    );
    let faults = told(&look(&desk, apart.as_bytes()));
    assert_eq!(faults, ["3 Feuille sheet-unknown"]);
    let between = printed(&desk, &[(2, 2)]).remove(0);
    let apart = format!(
        "{HEADINGS}\n{}{}{}",
        line(third),
        line(&between),
        line(&lower)
    );
    assert_eq!(
        told(&look(&desk, apart.as_bytes())),
        ["4 Feuille sheet-split"]
    );
    let full = line(third).repeat(16);
    let full = look(&desk, format!("{HEADINGS}\n{full}").as_bytes());
    assert_eq!(told(&full), ["17 Feuille sheet-rows"]);
}

#[test]
fn a_sheet_without_people_says_so_and_several_of_one_round_come_in_together() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (2, 2), (1, 1), (2, 2), (1, 1)]);
    let mut file = "numéro;parcouru;heure;hommes;où dort-on;remarque;colonne vide\n".to_owned();
    for (at, number) in numbers.iter().enumerate() {
        if at == 1 {
            // Rows copied down and left blank say no more.
            writeln!(file, "{number};en entier;;;;;\n{number};;;;;;").unwrap();
            continue;
        }
        for row in 0..SHEET_ROWS {
            let note = "@note, œuvre ".repeat(20);
            writeln!(file, "{number};en entier;23:{row:02};2;street;{note};").unwrap();
        }
    }
    let seen = look(&desk, file.as_bytes());
    assert_eq!(told(&seen), [""; 0]);
    assert_eq!(
        seen.columns.last(),
        Some(&("colonne vide".to_owned(), None))
    );
    let done = take(&desk, &file);
    assert_eq!((done.imported, keyed_in(&desk)), (60, 5));
    assert_eq!(street(&desk), 120);
    let notes = lines(&desk)
        .into_iter()
        .filter_map(|line| line.observation.note);
    assert!(
        notes.into_iter().all(|note| note.starts_with("@note")),
        "a formula is text"
    );
    // What was refused is not held in memory either: the next sheet of the round is taken.
    let more = printed(&desk, &[(1, 1)]).remove(0);
    let bad = format!("{HEADINGS}\n{more};;;;en entier;;25:10;;1;;;;1;;\n");
    assert_eq!(take(&desk, bad.as_bytes()).imported, 0);
    assert_eq!(take(&desk, bad.replace("25:10", "1:10")).imported, 1);
    assert_eq!(street(&desk), 121);
}

#[test]
fn a_large_file_comes_in_as_one_and_a_row_too_many_is_refused() {
    let desk = Coordination::new();
    let mut numbers = printed(&desk, &[(1, 1); 30]);
    numbers.extend(printed(&desk, &[(2, 2); 30]));
    let (place, note) = ("é".repeat(120), "é".repeat(280));
    let mut file = format!("{HEADINGS}\r\n");
    for number in &numbers {
        for row in 0..SHEET_ROWS {
            let line = format!("{number};;;;en entier;;23:{row:02};{place};99;;;;street;C;{note}");
            writeln!(file, "{line}").unwrap();
        }
    }
    assert!(file.len() / numbers.len() * 400 < SHEET_FILE_BYTES);
    let done = take(&desk, &file);
    assert_eq!((done.imported, keyed_in(&desk)), (900, 60));
    let rows = "0900-A;;;;;;;;;;;;;;\n".repeat(6_001);
    let more = look(&desk, format!("{HEADINGS}\n{rows}").as_bytes());
    assert_eq!(told(&more), ["6002  too-many-rows"]);
}

#[test]
fn an_imported_sheet_beside_a_tablet_waits_for_a_decision() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (2, 2)]);
    let key = desk.world.round_key(1, Some(1));
    desk.world.tablet_writes(&key, device(1), None, |w| {
        w.put_departure(&key, &departure(1));
        w.put_observation(&observation(1, 1, place(100.0, 0.0)));
    });
    desk.world.clock.advance(60_000);
    assert_eq!(street(&desk), 1);
    take(&desk, two_sheets(&numbers));
    // The second sheet's sector has no tablet; the first one's waits and is not added up.
    assert_eq!(street(&desk), 1 + 3);
    let waits = desk.live.view().overlaps(None).unwrap();
    assert_eq!(waits.iter().filter(|overlap| overlap.waits()).count(), 1);
}

#[test]
fn damage_never_makes_it_panic_nor_takes_half_a_file() {
    let desk = Coordination::new();
    let mut there = 0;
    let mut runner = TestRunner::new(Config {
        cases: 96,
        failure_persistence: None,
        ..Config::default()
    });
    let damage = proptest::collection::vec((any::<u16>(), 0..4_u8, any::<u8>()), 0..4);
    let mut outcomes = [0; 2];
    let desk = &desk;
    let counted = std::cell::RefCell::new((&mut there, &mut outcomes));
    let run = runner.run(&damage, |damage| {
        let numbers = printed(desk, &[(1, 1), (2, 2)]);
        let mut file = two_sheets(&numbers).into_bytes();
        for (at, how, byte) in damage {
            let at = usize::from(at) % file.len();
            match how {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                2 => file.truncate(at.max(1)),
                _ => {
                    file.remove(at);
                    file.push(b';');
                }
            }
        }
        let seen = look(desk, &file);
        let done = take(desk, &file);
        let (there, outcomes) = &mut *counted.borrow_mut();
        let sheets = if seen.faults.is_empty() {
            seen.sheets.len()
        } else {
            0
        };
        prop_assert_eq!(done.refused.len(), seen.faults.len());
        prop_assert_eq!(keyed_in(desk), **there + sheets);
        **there += sheets;
        outcomes[usize::from(sheets > 0)] += 1;
        Ok(())
    });
    run.unwrap();
    assert!(outcomes.iter().all(|number| *number > 5), "{outcomes:?}");
}
