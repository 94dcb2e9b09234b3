//! Paper sheets typed into a spreadsheet come in by the command as they do by the console: whole or
//! not at all, once, with a line in the audit log.

use maraude_server::http::contract::{NewPaperSheets, PaperSheetLine, SheetFor};
use maraude_tests::console::Console;
use maraude_tests::real_server::RealServer;
use maraude_tests::world::{COORDINATOR, PASSWORD};
use std::path::Path;

const REASON: &str = "tableur de la base nord";

fn import(server: &RealServer, file: &Path, more: &[&str]) -> anyhow::Result<String> {
    let campaign = server.plan.campaign.to_string();
    let mut arguments = vec!["sheets", "import", file.to_str().unwrap()];
    arguments.extend(["--campaign", &campaign]);
    arguments.extend(more);
    server.command(&arguments)
}

fn sheets(console: &Console, server: &RealServer) -> Vec<PaperSheetLine> {
    let path = format!("/api/campaigns/{}/paper-sheets", server.plan.campaign);
    console.get(&path).unwrap()
}

fn audited(server: &RealServer) -> usize {
    let rows = server.command(&["audit", "list"]).unwrap();
    rows.matches("paper-sheets-imported").count()
}

/// Three sheets, two of them for the first team's sector.
fn printed(console: &Console, server: &RealServer) -> Vec<PaperSheetLine> {
    let plan = &server.plan;
    let of = |number: usize| SheetFor {
        team: plan.teams[number],
        sector: plan.sectors[number],
    };
    let wanted = NewPaperSheets {
        night: plan.night,
        sheets: vec![of(0), of(1), of(0)],
    };
    let path = format!("/api/campaigns/{}/paper-sheets", plan.campaign);
    console.post(&path, &wanted).unwrap()
}

#[test]
fn a_file_of_sheets_comes_in_by_the_command_whole_and_once_with_or_without_the_server() {
    let mut server = RealServer::prepare(0, None).unwrap();
    server.start().unwrap();
    let console = Console::log_in(&server.base, COORDINATOR, PASSWORD).unwrap();
    let printed = printed(&console, &server);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feuilles.csv");
    let template = ["sheets", "template", "--out", file.to_str().unwrap()];
    server.command(&template).unwrap();
    let schema = folder.path().join("feuilles.csv.schema.json");
    let schema = std::fs::read_to_string(schema).unwrap();
    assert!(schema.contains("tableschema.json"));
    let empty = std::fs::read_to_string(&file).unwrap();
    assert!(
        server.command(&template).is_err(),
        "a file that is there stays"
    );

    let row = |at: usize, hour: &str| {
        let number = &printed[at].number;
        format!("{number};;;;en entier;;{hour};sous le pont;2;;;;5;;\r\n")
    };
    let write = |rows: &[String]| std::fs::write(&file, empty.clone() + &rows.concat()).unwrap();
    write(&[row(0, "23:10"), row(1, "tard")]);
    for more in [&["--check"][..], &["--reason", REASON]] {
        let refused = import(&server, &file, more).unwrap_err().to_string();
        assert!(refused.contains("line 3, column « Heure »"), "{refused}");
        assert!(
            refused.contains("nothing was taken in; 1 faults"),
            "{refused}"
        );
    }
    write(&[row(0, "23:10"), row(1, "1h05")]);
    let told = import(&server, &file, &["--check"]).unwrap();
    assert!(told.contains("2 sheets and 2 rows read (utf-8)"), "{told}");
    // Neither without a reason, nor for two letters.
    assert!(import(&server, &file, &[]).is_err());
    assert!(import(&server, &file, &["--reason", "ok"]).is_err());
    assert!(
        sheets(&console, &server)
            .iter()
            .all(|sheet| !sheet.keyed_in)
    );
    assert_eq!(audited(&server), 0);

    let told = import(&server, &file, &["--reason", REASON]).unwrap();
    assert!(told.contains("2 sheets and 2 rows taken in"), "{told}");
    let there = |n: usize| sheets(&console, &server)[n].keyed_in;
    assert_eq!([there(0), there(1), there(2)], [true, true, false]);
    let again = import(&server, &file, &["--reason", REASON]).unwrap_err();
    assert!(
        again
            .to_string()
            .contains("this sheet was taken in already")
    );
    assert_eq!(audited(&server), 1);

    server.kill().unwrap();
    write(&[row(2, "23:40")]);
    import(&server, &file, &["--reason", REASON]).unwrap();
    assert!(import(&server, &file, &["--check"]).is_err());
    assert_eq!(audited(&server), 2);
}
