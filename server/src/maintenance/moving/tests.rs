//! What a campaign that moves takes along, what it leaves, and every file that is refused.

mod kept;

use super::depart::{cbor, seal_up};
use super::open::{Opened, open};
use super::*;
use crate::app::{App, ExportWish, ExportingError, PurgeWish};
use crate::config::{Clock, Config};
use crate::fixtures::{NOW, Tablet, World};
use crate::maintenance::digest_of;
use crate::store::{
    DataFolder, Hold, Key32, LayerFeature, LayerKind, LedgerLine, MasterKey, NewRelease,
    former_servers,
};
use crate::sync::Engine;
use maraude_core::document::{DocumentName, document_id};
use maraude_core::model::{CampaignState, TeamId};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

const REASON: &str = "the association changes host";

/// A locked campaign with a tablet that wrote, a revoked one, and a server it goes to.
struct Move {
    world: World,
    tablet: Tablet,
    to: App,
    folder: tempfile::TempDir,
}

impl Move {
    fn new() -> Self {
        let world = World::new();
        let team = TeamId::from_random([5; 16]);
        let mut tablet = world.tablet(Some(team));
        let revoked = world.tablet(Some(team));
        let closure = tablet.closure(1);
        let envelope = tablet.save(&world, world.round(team), |w| w.put_closure(&closure));
        world.sync(&tablet, tablet.request(&world, &[&envelope]));
        let device = revoked.device.device.id;
        world.app.server().revoke_device(device, NOW).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let to = server(&folder.path().join("to"));
        let made = Self {
            world,
            tablet,
            to,
            folder,
        };
        made.lock();
        made
    }

    fn lock(&self) {
        let engine = self.world.engine();
        let mut plan = engine.plan().unwrap().campaign.clone().unwrap();
        plan.state = CampaignState::Locked;
        let campaign = self.world.campaign;
        let name = DocumentName::Plan { campaign };
        engine.author(&name, |w| w.put_campaign(&plan)).unwrap();
    }

    fn export(&self) -> (PathBuf, Key32) {
        let key: Key32 = Zeroizing::new([9; 32]);
        let path = self.folder.path().join("campaign.maraude");
        let mut file = std::fs::File::create(&path).unwrap();
        let wish = wish(&self.world, &key, REASON);
        self.world.app.export_campaign(&wish, &mut file).unwrap();
        (path, key)
    }

    fn import(&self, file: &Path, key: &Key32) -> Result<Arrived, MovingError> {
        take(&self.to, file, key, false)
    }

    fn arrived(&self) -> Arc<Engine> {
        self.to.engine(self.world.campaign).unwrap()
    }

    /// Opened, made other, sealed again: as a damaged or malicious server would write it.
    fn remade(&self, change: impl FnOnce(&mut Opened, &Path)) -> Result<Arrived, MovingError> {
        let (file, key) = self.export();
        let log = self.folder.path().join("log.db");
        let mut opened = open(&file, &key, &mut std::fs::File::create(&log).unwrap()).unwrap();
        change(&mut opened, &log);
        let manifest = Zeroizing::new(serde_json::to_vec(&opened.told).unwrap());
        let entries = [
            manifest,
            cbor(&opened.keys).unwrap(),
            cbor(&opened.rows).unwrap(),
        ];
        let log = std::fs::File::open(&log).unwrap();
        let mut out = std::fs::File::create(&file).unwrap();
        seal_up(&entries, log, key.clone(), &mut out).unwrap();
        self.import(&file, &key)
    }

    /// Nothing of it is on the new server.
    fn is_nowhere(&self) -> bool {
        let campaign = self.world.campaign;
        self.to.server().campaigns().unwrap().is_empty()
            && !self.to.keys().has_campaign(campaign).unwrap()
            && !self.to.folder().campaign(campaign).exists()
            && !self.to.folder().arrival_partial().exists()
            && self.to.server().arriving().unwrap().is_none()
    }
}

fn server(data: &Path) -> App {
    DataFolder::new(data).create().unwrap();
    let master = MasterKey::draw().unwrap();
    App::open(Config::local(data), &master, Clock::manual(NOW + 5)).unwrap()
}

fn wish(world: &World, key: &Key32, reason: &str) -> ExportWish {
    ExportWish {
        campaign: world.campaign,
        key: key.clone(),
        reason: reason.to_owned(),
    }
}

fn take(app: &App, file: &Path, key: &Key32, other_layers: bool) -> Result<Arrived, MovingError> {
    app.import_campaign(&ArrivalOrder {
        file: file.to_path_buf(),
        key: key.clone(),
        other_layers,
        now: NOW + 5,
    })
}

fn told(of: &Engine) -> (String, u64) {
    digest_of(&**of.log()).unwrap()
}

fn in_sql(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
}

/// All that a campaign may have beside its documents.
fn given_everything(world: &World, from: &Engine) -> Hold {
    let campaign = world.campaign;
    let hold = Hold {
        at: NOW,
        by: "Claire".to_owned(),
        reason: "réquisition du 3 février".to_owned(),
    };
    world.app.server().set_hold(campaign, Some(&hold)).unwrap();
    let release = NewRelease {
        stage: "provisional".to_owned(),
        built_at: NOW,
        position: 1,
        author: "Claire".to_owned(),
        body: b"{}".to_vec(),
        ledger: vec![b"{}".to_vec()],
    };
    from.log().put_release(&release).unwrap();
    world.app.keys().draw_pseudonym_key(campaign).unwrap();
    from.mark_copied(from.log().last_position().unwrap())
        .unwrap();
    hold
}

#[test]
fn a_campaign_is_on_the_other_server_what_it_was_on_this_one() {
    let made = Move::new();
    let Move {
        world, tablet, to, ..
    } = &made;
    let (campaign, from) = (world.campaign, world.engine());
    let hold = given_everything(world, &from);
    let (file, key) = made.export();
    let arrived = made.import(&file, &key).unwrap();
    let new = made.arrived();
    assert_eq!(told(&from), told(&new));
    assert_ne!(
        from.log().epoch(),
        new.log().epoch(),
        "nobody trusts an old position"
    );
    assert_eq!(
        new.log().meta("copied").unwrap(),
        None,
        "copies there are none here"
    );
    assert_eq!(to.exported(campaign).unwrap(), None);
    let marked = world.app.exported(campaign).unwrap().unwrap();
    assert_eq!(
        (marked.position, marked.file),
        (arrived.told.log.position, arrived.file.clone())
    );
    assert_eq!(to.server().retention(campaign).unwrap().hold, Some(hold));
    assert_eq!(
        new.log().releases().unwrap(),
        from.log().releases().unwrap()
    );
    let line = LedgerLine {
        release: 1,
        body: b"{}".to_vec(),
    };
    assert_eq!(new.log().ledger().unwrap(), [line]);
    assert!(to.keys().pseudonyms(campaign).unwrap().key().is_some());
    assert_eq!(
        former_servers(&**new.log()).unwrap(),
        [world.app.server().server_device().unwrap()]
    );
    let devices = to.server().devices(campaign).unwrap();
    assert_eq!(devices, world.app.server().devices(campaign).unwrap());
    assert_eq!(devices.iter().filter(|one| one.is_revoked()).count(), 1);
    // What a tablet logs in with stays behind.
    let token = [b"maraude/token/1", tablet.upload_token.as_bytes()].concat();
    let token: [u8; 32] = Sha256::digest(&token).into();
    assert!(
        world
            .app
            .server()
            .device_by_token(&token)
            .unwrap()
            .is_some()
    );
    assert!(to.server().device_by_token(&token).unwrap().is_none());
    let rows = to.server().audit(1).unwrap();
    assert_eq!(rows[0].action, "campaign-imported");
    assert!(rows[0].subject.ends_with(&arrived.file) && rows[0].reason.contains("server"));
    let actions = world.app.server().audit(3).unwrap();
    let begun = actions
        .iter()
        .find(|row| row.action == "campaign-export-begun");
    assert_eq!(begun.unwrap().reason, REASON);
    assert!(to.server().accounts().unwrap().is_empty());
    assert_eq!(to.server().verify_audit().unwrap(), None);
    assert!(!world.app.folder().departure_partial(campaign).exists());
}

#[test]
fn no_byte_of_the_file_may_be_another_none_missing_and_none_added() {
    let made = Move::new();
    let (file, key) = made.export();
    let whole = std::fs::read(&file).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let error = made.import(&file, &key).unwrap_err();
        assert!(made.is_nowhere());
        error
    };
    for at in (0..whole.len()).step_by(97).chain([15, whole.len() - 1]) {
        let mut altered = whole.clone();
        altered[at] ^= 0x20;
        refused(&altered);
        let cut = refused(&whole[..at]);
        assert!(matches!(cut, MovingError::Cut { .. }), "{at}: {cut}");
    }
    let added = refused(&[&*whole, b"x"].concat());
    assert!(matches!(added, MovingError::Altered { .. }), "{added}");
    let newer = [b"maraude moving 2", &whole[16..]].concat();
    assert!(matches!(refused(&newer), MovingError::Newer { .. }));
    let foreign = [b"maraude backup 1", &whole[16..]].concat();
    assert!(matches!(refused(&foreign), MovingError::Foreign { .. }));
    std::fs::write(&file, &whole).unwrap();
    let words = made.import(&file, &Zeroizing::new([8; 32])).unwrap_err();
    assert!(matches!(words, MovingError::Words { .. }));
    assert!(made.is_nowhere());
    // Control: the same bytes, unaltered.
    made.import(&file, &key).unwrap();
}

#[test]
fn a_log_that_is_not_the_one_exported_is_refused_whatever_seals_it() {
    type Change = fn(&mut Opened, &Path);
    let check = |change: Change| {
        let made = Move::new();
        let refused = made.remade(change).unwrap_err();
        assert!(made.is_nowhere());
        refused
    };
    let newer = check(|opened, _| opened.told.format += 1);
    assert!(matches!(newer, MovingError::Newer { .. }));
    let newer = check(|_, log| {
        let connection = rusqlite::Connection::open(log).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
    });
    assert!(matches!(newer, MovingError::Newer { .. }));
    let gone = "DELETE FROM changes WHERE position = (SELECT max(position) FROM changes)";
    for (log, expected) in [
        (gone, false),
        (
            "UPDATE changes SET position = position + 7 WHERE position = 1",
            false,
        ),
        (
            "UPDATE changes SET bytes = zeroblob(length(bytes)) WHERE position = 2",
            true,
        ),
    ] {
        let made = Move::new();
        let refused = made.remade(|_, path| in_sql(path, log)).unwrap_err();
        let is_altered = matches!(refused, MovingError::Altered { .. });
        let differs = matches!(refused, MovingError::Differs { .. });
        assert_eq!(
            (is_altered, differs),
            (expected, !expected),
            "{log}: {refused}"
        );
        assert!(made.is_nowhere());
    }
    let differs = check(|opened, _| opened.told.log.digest.replace_range(..1, "g"));
    assert!(matches!(differs, MovingError::Differs { .. }));
    let other = check(|opened, _| opened.told.campaign = CampaignId::from_random([3; 16]));
    assert!(matches!(other, MovingError::Differs { .. }));
    // Control: opened and sealed again as it was.
    Move::new().remade(|_, _| {}).unwrap();
}

#[test]
fn a_campaign_that_is_here_or_was_ended_here_is_not_imported() {
    let made = Move::new();
    let campaign = made.world.campaign;
    let (file, key) = made.export();
    let back = take(&made.world.app, &file, &key, false).unwrap_err();
    assert!(
        matches!(back, MovingError::Here { .. }),
        "nor where it came from"
    );
    made.import(&file, &key).unwrap();
    let again = made.import(&file, &key).unwrap_err();
    assert!(matches!(again, MovingError::Here { .. }));
    let wish = PurgeWish {
        campaign,
        confirmation: "Nuit d'essai".to_owned(),
        author: "command".to_owned(),
        reason: "fin de l'étude".to_owned(),
        without_notice: true,
    };
    made.to.end_campaign(&wish).unwrap();
    let ended = made.import(&file, &key).unwrap_err();
    assert!(matches!(ended, MovingError::Ended { .. }));
    assert!(!made.to.keys().has_campaign(campaign).unwrap());
    made.world.app.end_campaign(&wish).unwrap();
    let gone = made
        .world
        .app
        .export_campaign(&self::wish(&made.world, &key, REASON), &mut std::io::sink());
    assert!(matches!(gone, Err(ExportingError::Ended)));
}

#[test]
fn one_with_tablets_leaves_only_once_it_is_locked_and_for_a_reason() {
    let world = World::new();
    let key: Key32 = Zeroizing::new([9; 32]);
    let export = |reason: &str| {
        let wish = wish(&world, &key, reason);
        world.app.export_campaign(&wish, &mut std::io::sink())
    };
    assert!(matches!(export("court"), Err(ExportingError::Reason(_))));
    // Prepared on a laptop: no tablet knows this server.
    export(REASON).unwrap();
    assert!(matches!(export(REASON), Err(ExportingError::Exported)));
    world.app.keep_campaign(world.campaign, REASON).unwrap();
    world.tablet(None);
    assert!(matches!(export(REASON), Err(ExportingError::Open)));
}

#[test]
fn what_is_erased_stays_erased_on_both() {
    let made = Move::new();
    let log = made.world.engine().log().clone();
    let round = document_id(&made.world.round(TeamId::from_random([5; 16])));
    assert!(
        !log.changes(round).unwrap().is_empty(),
        "control: it is here before"
    );
    log.erase(&crate::store::Tombstone {
        document: round,
        at: NOW,
        reason: "opposition".to_owned(),
        successor: None,
    })
    .unwrap();
    let (file, key) = made.export();
    let arrived = made.import(&file, &key).unwrap();
    assert_eq!(arrived.told.log.erased, 1);
    let new = made.arrived();
    assert!(new.log().changes(round).unwrap().is_empty());
    assert!(new.log().tombstone(round).unwrap().is_some());
    assert_eq!(
        made.to
            .keys()
            .destroyed_documents(made.world.campaign)
            .unwrap(),
        [round]
    );
}

#[test]
fn files_the_figures_depend_on_must_be_there_or_be_done_without_on_purpose() {
    let made = Move::new();
    let feature = |code: &str| LayerFeature {
        code: code.to_owned(),
        name: "Pont neuf".to_owned(),
        population: None,
        geometry: geo::Point::new(3.8, 43.6).into(),
    };
    let bring = |app: &App, codes: &[&str]| {
        let features: Vec<_> = codes.iter().map(|code| feature(code)).collect();
        let layers = app.layers().unwrap();
        layers
            .import(LayerKind::Landmark, "ponts.geojson", NOW, &features, false)
            .unwrap();
    };
    bring(&made.world.app, &["1", "2"]);
    let campaign = made.world.campaign;
    made.world
        .app
        .layers()
        .unwrap()
        .pin_latest(campaign)
        .unwrap();
    let (file, key) = made.export();
    bring(&made.to, &["1"]);
    let missing = made.import(&file, &key).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("landmark ponts.geojson (2 rows)")
    );
    assert!(made.is_nowhere());
    let other = server(&made.folder.path().join("other"));
    let without = take(&other, &file, &key, true).unwrap();
    assert_eq!(without.layers_missing.len(), 1);
    bring(&made.to, &["1", "2"]);
    bring(&made.to, &["3"]);
    made.import(&file, &key).unwrap();
    let pins = made.to.layers().unwrap().pins(campaign).unwrap();
    assert_eq!(pins[&LayerKind::Landmark], 2);
}

#[test]
fn what_other_campaigns_released_is_known_on_the_new_server_and_goes_on() {
    let made = Move::new();
    let (file, key) = made.remade_told(CampaignId::from_random([77; 16])).unwrap();
    made.import(&file, &key).unwrap();
    let told = made.to.server().told_on_other_servers().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1.releases.len(), 1);
    // Of a campaign that is here its own log speaks.
    let own = Move::new();
    let (file, key) = own.remade_told(own.world.campaign).unwrap();
    own.import(&file, &key).unwrap();
    assert!(own.to.server().told_on_other_servers().unwrap().is_empty());
    assert!(
        own.to
            .server()
            .remains(own.world.campaign)
            .unwrap()
            .releases
            .is_empty()
    );
}

impl Move {
    /// A file that tells a release of another campaign.
    fn remade_told(&self, of: CampaignId) -> Option<(PathBuf, Key32)> {
        let key: Key32 = Zeroizing::new([9; 32]);
        let path = self.folder.path().join("told.maraude");
        let app = &self.world.app;
        let release = NewRelease {
            stage: "consolidated".to_owned(),
            built_at: NOW,
            position: 1,
            author: "Claire".to_owned(),
            body: b"{}".to_vec(),
            ledger: Vec::new(),
        };
        let remains = crate::store::Remains {
            releases: vec![crate::store::StoredRelease { number: 1, release }],
            ledger: Vec::new(),
        };
        let order = DepartureOrder {
            campaign: self.world.campaign,
            name: "Nuit d'essai".to_owned(),
            key: key.clone(),
            told_elsewhere: vec![(of, remains)],
            numbers: BTreeMap::new(),
            now: NOW,
        };
        let mut file = std::fs::File::create(&path).ok()?;
        let layers = app.layers().ok()?;
        depart(app.campaigns(), &layers, order, &mut file).ok()?;
        Some((path, key))
    }
}
