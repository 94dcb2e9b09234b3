//! A campaign moves to another server: by the real commands, with a tablet that wakes late, with an import
//! that is killed at every step, and with nothing of what was erased.

use data_encoding::BASE64;
use maraude_core::tablet::Event;
use maraude_server::app::{App, ExportWish};
use maraude_server::config::{Clock, Config};
use maraude_server::maintenance::{ArrivalOrder, digest_of};
use maraude_server::store::{Circumstance, DataFolder, MasterKey};
use maraude_tests::real_server::{RealServer, server_binary};
use maraude_tests::world::World;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::erasure::{MARKER, code_of, out, person, wish};

/// Written of somebody who was not erased.
const KEPT: &str = "sac bleu";

/// Steps of an import, and whether the campaign is here after each.
const STEPS: [(&str, bool); 6] = [
    ("arrival-checked", false),
    ("arrival-begun", false),
    ("arrival-log", false),
    ("arrival-keys", false),
    ("arrival-layers", false),
    ("arrival-named", true),
];

struct Moving {
    from: RealServer,
    file: PathBuf,
    words: PathBuf,
}

impl Moving {
    /// A locked campaign and its file, with the words beside it as only a test keeps them.
    fn exported() -> Self {
        let from = RealServer::prepare(0, None).unwrap();
        let id = from.plan.campaign.to_string();
        from.command(&["campaign", "lock", &id]).unwrap();
        let (file, words) = (from.beside("campaign.maraude"), from.beside("words"));
        let told = from.command(&export(&id, &text(&file))).unwrap();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        std::fs::write(&words, told["words"].as_str().unwrap()).unwrap();
        Self { from, file, words }
    }

    fn id(&self) -> String {
        self.from.plan.campaign.to_string()
    }

    fn import(&self) -> Vec<String> {
        let (file, words) = (text(&self.file), text(&self.words));
        ["campaign", "import", &file, "--words", &words, "--yes"]
            .map(str::to_owned)
            .into()
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn export<'a>(id: &'a str, out: &'a str) -> [&'a str; 9] {
    let why = "l'association change d'hébergeur";
    [
        "campaign",
        "export",
        "--campaign",
        id,
        "--out",
        out,
        "--reason",
        why,
        "--json",
    ]
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn log_told(server: &RealServer, id: &str) -> Option<String> {
    let told = server.command(&["verify"]).unwrap();
    let own = |line: &&str| line.contains(id);
    told.lines().find(own).map(str::to_owned)
}

#[test]
fn an_import_killed_after_any_step_leaves_nothing_or_all_of_the_campaign() {
    let made = Moving::exported();
    let id = made.id();
    let there = log_told(&made.from, &id).unwrap();
    for (step, is_here) in STEPS {
        let to = RealServer::empty().unwrap();
        let import = made.import();
        to.command_killed_at(step, &words(&import)).unwrap();
        let folder = to.data().join("campaigns").join(&id);
        let partial = to.data().join("arrival.partial");
        // Control: it was killed in the middle, with something of it there.
        assert!(folder.exists() || partial.join("log.db").exists(), "{step}");
        let listed = to.command(&["campaign", "list"]).unwrap();
        assert_eq!(listed.contains(&id), is_here, "{step}: {listed}");
        assert_eq!(folder.exists(), is_here, "{step}");
        assert!(!partial.exists(), "{step}");
        let again = to.command(&words(&import));
        assert_eq!(again.is_err(), is_here, "{step}: {again:?}");
        assert_eq!(log_told(&to, &id).as_ref(), Some(&there), "{step}");
        to.command(&["audit", "verify"]).unwrap();
    }
}

/// Control of the test above: a server that forgot what was arriving keeps half of it, and says so.
#[test]
fn without_the_note_of_what_was_arriving_half_of_it_stays_and_is_found() {
    let made = Moving::exported();
    let to = RealServer::empty().unwrap();
    let import = made.import();
    to.command_killed_at("arrival-keys", &words(&import))
        .unwrap();
    let server = rusqlite::Connection::open(to.data().join("server.db")).unwrap();
    let forgotten = server.execute("DELETE FROM settings WHERE name = 'arriving'", []);
    assert_eq!(forgotten.unwrap(), 1);
    drop(server);
    let listed = to.command(&["campaign", "list"]).unwrap();
    assert!(!listed.contains(&made.id()), "{listed}");
    assert!(to.data().join("campaigns").join(made.id()).exists());
    let again = to.command(&words(&import)).unwrap_err().to_string();
    assert!(again.contains("though the campaign is not"), "{again}");
}

#[test]
fn an_export_killed_on_its_way_leaves_no_file_that_opens_and_the_next_one_is_whole() {
    let from = RealServer::prepare(0, None).unwrap();
    let id = from.plan.campaign.to_string();
    from.command(&["campaign", "lock", &id]).unwrap();
    let (first, second) = (text(&from.beside("first")), text(&from.beside("second")));
    from.command_killed_at("departure-staged", &export(&id, &first))
        .unwrap();
    assert!(std::fs::read(&first).unwrap().is_empty());
    let staged = from
        .data()
        .join("campaigns")
        .join(&id)
        .join("departure.partial");
    assert!(staged.exists(), "control: it was killed in the middle");
    let taken = from.command(&export(&id, &first)).unwrap_err().to_string();
    assert!(taken.contains("exists already"), "{taken}");
    from.command(&export(&id, &second)).unwrap();
    assert!(!staged.exists());
    let listed = from.command(&["campaign", "list"]).unwrap();
    assert!(listed.contains("exported 20"), "{listed}");
}

#[test]
fn the_commands_ask_for_the_words_and_before_they_import() {
    let made = Moving::exported();
    let mut to = RealServer::empty().unwrap();
    to.start().unwrap();
    let file = text(&made.file);
    let typed = std::fs::read_to_string(&made.words).unwrap();
    let import = |said: &str, more: &[&str]| {
        let mut child = Command::new(server_binary().unwrap())
            .args(["campaign", "import", &file])
            .args(more)
            .env("MARAUDE_DATA", to.data())
            .env("MARAUDE_MASTER_KEY", to.beside("master.key"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(said.as_bytes()).unwrap();
        drop(stdin);
        let done = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        (done.status.success(), told)
    };
    let (done, told) = import("abandon abandon\n", &["--yes"]);
    assert!(!done && told.contains("24 transfer words"), "{told}");
    let others = "abandon ".repeat(23) + "art\n";
    let (done, told) = import(&others, &["--yes"]);
    assert!(!done && told.contains("another file's"), "{told}");
    let (done, told) = import(&format!("{typed}\nn\n"), &[]);
    assert!(!done && told.contains("--yes"), "{told}");
    assert!(
        !to.command(&["campaign", "list"])
            .unwrap()
            .contains(&made.id())
    );
    // Asked of the server that runs, which serves it from then on.
    let (done, told) = import(&format!("{typed}\ny\n"), &[]);
    assert!(done, "{told}");
    assert_eq!(log_told(&to, &made.id()), log_told(&made.from, &made.id()));
    to.command(&["rebuild", "--campaign", &made.id()]).unwrap();
    to.kill().unwrap();
    to.start().unwrap();
    assert!(
        to.command(&["campaign", "list"])
            .unwrap()
            .contains(&made.id())
    );
    // The words are in no file of either server.
    let three: Vec<&str> = typed.split_whitespace().take(3).collect();
    for folder in [made.from.data(), to.data()] {
        assert!(!holds(&folder, three.join(" ").as_bytes()));
    }
}

#[test]
fn what_was_exported_is_not_exported_again_until_somebody_says_that_it_stays() {
    let made = Moving::exported();
    let (id, again) = (made.id(), text(&made.from.beside("again.maraude")));
    let refused = |arguments: &[&str]| made.from.command(arguments).unwrap_err().to_string();
    let told = refused(&export(&id, &again));
    assert!(told.contains("campaign keep"), "{told}");
    let release = [
        "release",
        "build",
        "--campaign",
        &id,
        "--stage",
        "provisional",
    ];
    let told = refused(&release);
    assert!(told.contains("campaign-exported"), "{told}");
    let tablet = ["device", "enrol", "--campaign", &id, "--label", "T9"];
    let told = refused(&tablet);
    assert!(told.contains("new server"), "{told}");
    let keep = |more: &[&str]| {
        let keep = [
            "campaign",
            "keep",
            "--campaign",
            &id,
            "--reason",
            "essai abandonné",
        ];
        made.from.command(&[&keep, more].concat())
    };
    let told = keep(&[]).unwrap_err().to_string();
    assert!(told.contains("--file-destroyed"), "{told}");
    let listed = || made.from.command(&["campaign", "list"]).unwrap();
    assert!(listed().contains("exported"));
    keep(&["--file-destroyed"]).unwrap();
    assert!(!listed().contains("exported"));
    let told = refused(&release);
    assert!(!told.contains("campaign-exported"), "control: {told}");
    made.from.command(&export(&id, &again)).unwrap();
}

fn holds(folder: &Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|item| {
        let path = item.unwrap().path();
        if path.is_dir() {
            return holds(&path, wanted);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(wanted.len()).any(|piece| piece == wanted)
    })
}

fn locked(world: &World) {
    use maraude_core::document::DocumentName;
    use maraude_core::model::CampaignState;
    let engine = world.engine().unwrap();
    let mut plan = engine.plan().unwrap().campaign.clone().unwrap();
    plan.state = CampaignState::Locked;
    let campaign = world.plan.campaign;
    let name = DocumentName::Plan { campaign };
    engine.author(&name, |w| w.put_campaign(&plan)).unwrap();
}

/// Another server, with the campaign on it.
fn moved(world: &World, folder: &Path) -> App {
    let file = folder.join("campaign.maraude");
    let leaving = ExportWish {
        campaign: world.plan.campaign,
        key: [5; 32].into(),
        reason: "un organisme régional reprend l'archive".to_owned(),
    };
    let mut written = std::fs::File::create(&file).unwrap();
    world.app().export_campaign(&leaving, &mut written).unwrap();
    let data = folder.join("data");
    DataFolder::new(&data).create().unwrap();
    let clock = Clock::manual(world.clock.now());
    let to = App::open(Config::local(&data), &MasterKey::draw().unwrap(), clock).unwrap();
    let arriving = ArrivalOrder {
        file,
        key: [5; 32].into(),
        other_layers: false,
        now: world.clock.now(),
    };
    to.import_campaign(&arriving).unwrap();
    to
}

#[test]
fn a_tablet_that_wakes_late_is_served_on_the_new_server_and_the_erased_are_not_there() {
    let mut world = World::new().unwrap();
    let (mut one, mut late) = (out(&mut world), out(&mut world));
    let erased = person(&mut one, MARKER);
    person(&mut one, KEPT);
    for tablet in [&mut one, &mut late] {
        tablet.send_everything().unwrap();
        tablet.send_everything().unwrap();
    }
    let campaign = world.plan.campaign;
    let order = wish(&world, &code_of(&one, erased), erased);
    world.app().erase_person(&order).unwrap();
    for tablet in [&mut one, &mut late] {
        tablet.send_everything().unwrap();
        tablet.send_everything().unwrap();
    }
    // From here on without network, and asleep while the campaign is locked and moves.
    late.go_offline();
    let met = person(&mut late, KEPT);
    late.kill_and_start();
    late.send(Event::SaveOutbox);
    let rescue = BASE64
        .decode(late.given.take().unwrap().as_bytes())
        .unwrap();
    locked(&world);

    let folder = tempfile::tempdir().unwrap();
    let to = moved(&world, folder.path());
    let (here, there) = (world.engine().unwrap(), to.engine(campaign).unwrap());
    assert_eq!(
        digest_of(&**here.log()).unwrap(),
        digest_of(&**there.log()).unwrap()
    );
    let live = to.live_view(campaign).unwrap();
    live.rebuild(&mut |_, _| {}).unwrap();
    let before = world.view("before").unwrap();
    let digests = |of: &maraude_server::geolocation::LiveView| of.view().digest_tables().unwrap();
    assert_eq!(digests(&before), digests(&live));
    assert_eq!(live.view().observation_ids().unwrap().len(), 1);
    // Control: of the one who was not erased every word is in the view.
    assert!(holds(folder.path(), KEPT.as_bytes()));
    assert!(!holds(folder.path(), MARKER.as_bytes()));

    let position = there.log().last_position().unwrap();
    let (_, taken) = to.take_rescue(campaign, &rescue, "command").unwrap();
    assert!(taken.kept >= 1 && taken.refused.is_empty(), "{taken:?}");
    let since = there.log().since(position, 100).unwrap();
    let is_late = |stored: &maraude_server::store::StoredChange| {
        stored.change.circumstance == Some(Circumstance::AfterLock)
    };
    assert!(!since.is_empty() && since.iter().all(is_late));
    live.catch_up().unwrap();
    assert!(live.view().observation_ids().unwrap().contains(&met));
    // Control: the source, which it did not reach, does not know it.
    assert_eq!(here.log().last_position().unwrap(), position);
}
