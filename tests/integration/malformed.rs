//! An enrolled tablet sends damaged bytes at every depth: the server lives, lets nothing wrong in,
//! and serves the tablets beside it throughout. Servers with a fault planted are caught.

use maraude_core::document::{Actor, Document, DocumentKind, document_id};
use maraude_core::form::FormKind;
use maraude_core::gate::{
    Admission, GateLimits, Refusal, admit, admit_from_server, admit_under_actors, hash_of_change,
};
use maraude_core::model::{Answer, AnswerValue, DeviceId};
use maraude_core::sync::{MEDIA_TYPE, decode_request, encode_request};
use maraude_tests::hostile::HostileTablet;
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Malformed inputs of a run of the tests; `MARAUDE_MALFORMED` asks for more.
const INPUTS: usize = 100_000;

/// Of so many inputs one goes over HTTP, to the real server.
const OVER_HTTP: usize = 20;

/// Inputs within which a planted fault must have been found.
const CAUGHT_WITHIN: usize = 5_000;

/// Servers attacked at a time, each in a thread.
const SERVERS: usize = 2;

/// Honest changes of one envelope that mutants are made of, and mutants of each.
const TARGETS: usize = 8;
const MUTANTS: usize = 12;

/// Inputs of one exchange: mutants of changes, two damaged envelopes, a torn request.
const OF_ONE_EXCHANGE: usize = TARGETS * MUTANTS + 3;

/// Exchanges after which a campaign begins anew: a round stays as small as a real one.
const EXCHANGES_OF_A_ROUND: usize = 100;

/// How long an honest tablet may wait for its turn among attackers, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(10);

fn inputs() -> usize {
    let asked = std::env::var("MARAUDE_MALFORMED").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(INPUTS)
}

/// What came of it.
#[derive(Default)]
struct Sum {
    sent: usize,
    entered: usize,
    panics: usize,
    honest: usize,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.entered += other.entered;
        self.panics += other.panics;
        self.honest += other.honest;
    }
}

/// Everything the log holds passes the gate again, under its author's name.
pub fn log_is_sound(world: &World) -> Result<(), String> {
    let engine = world.engine().unwrap();
    for stored in engine.log().documents().unwrap() {
        let actor = Actor::new(engine.server_device(), [0; 8]);
        let mut again = Document::new(actor);
        for change in engine.log().changes(stored.document).unwrap() {
            let bytes = [change.change.bytes];
            let limits = GateLimits::default();
            let author = change.change.device;
            let kind = stored.name.kind();
            let Admission { refused, .. } = admit(&mut again, kind, &bytes, author, true, &limits);
            if let Some((_, refusal, _)) = refused.first() {
                return Err(format!("wrong accept: {}", refusal.code()));
            }
        }
        let held = engine.document(&stored.name).unwrap();
        if held.heads() != again.heads() {
            return Err("the document is not what its log says".to_owned());
        }
    }
    Ok(())
}

/// A tablet that attacks a server, and an honest one beside it.
struct Attack {
    world: World,
    hostile: HostileTablet,
    honest: HostileTablet,
}

impl Attack {
    fn on(mut world: World, seed: u64) -> Self {
        let hostile = HostileTablet::enrol(&mut world, 0, seed).unwrap();
        let honest = HostileTablet::enrol(&mut world, 1, seed + 1).unwrap();
        Self {
            world,
            hostile,
            honest,
        }
    }

    /// One exchange of each; what was promised and does not hold.
    fn exchange(&mut self, sum: &mut Sum) -> Result<(), String> {
        let (changes, own) = mixed(&mut self.hostile);
        let envelope = self.hostile.seal(changes).unwrap();
        let damaged = [
            self.hostile.damage(&envelope),
            self.hostile.damage(&envelope),
        ];
        let now = self.world.clock.now();
        let request = self.hostile.request(now, vec![envelope.clone()]);
        if let Ok(read) = decode_request(&self.hostile.damaged_request(&request)) {
            // Refused or not: what it does to the log is looked at afterwards.
            let _ = self.world.exchange(self.hostile.device, read);
        }
        let [first, last] = damaged;
        let all = vec![first, envelope, last];
        let told = self.hostile.send(&self.world, all).unwrap();
        for receipt in &told.receipts {
            sum.entered += receipt.changes.len();
            let codes = receipt.quarantined.iter().map(|refused| &refused.code);
            sum.panics += codes.filter(|code| *code == "change-panics").count();
        }
        for change in own {
            let wanted = hash_of_change(&change).unwrap().0;
            let mut entered = told.receipts.iter().flat_map(|receipt| &receipt.changes);
            if !entered.any(|hash| hash.as_slice() == wanted) {
                return Err("honest work among the damaged was held up".to_owned());
            }
        }
        let beside = self.honest.write().unwrap();
        let saves = beside.len();
        let envelope = self.honest.seal(beside).unwrap();
        let told = self.honest.send(&self.world, vec![envelope]).unwrap();
        if told
            .receipts
            .iter()
            .map(|told| told.changes.len())
            .sum::<usize>()
            != saves
        {
            return Err("the tablet beside was held up".to_owned());
        }
        sum.honest += saves;
        sum.sent += OF_ONE_EXCHANGE;
        Ok(())
    }

    /// What must hold at the end.
    fn end(&self, sum: &Sum) -> Result<(), String> {
        log_is_sound(&self.world)?;
        let id = document_id(&self.honest.name);
        let held = self.world.engine().unwrap().log().changes(id).unwrap();
        (held.len() == sum.honest)
            .then_some(())
            .ok_or_else(|| "honest saves are missing".to_owned())
    }
}

/// Mutants of honest changes, and among them changes that must be let in.
fn mixed(hostile: &mut HostileTablet) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut changes = Vec::new();
    for _ in 0..TARGETS {
        let mut written = hostile.write().unwrap();
        let target = written.pop().unwrap();
        changes.extend(written);
        changes.extend((0..MUTANTS).map(|_| hostile.mutant(&target)));
    }
    let own = hostile.write().unwrap();
    changes.extend(own.iter().cloned());
    (changes, own)
}

/// So many inputs against a server made so, campaign after campaign.
fn attack(inputs: usize, seed: u64, make: fn() -> World) -> Result<Sum, String> {
    let mut sum = Sum::default();
    while sum.sent < inputs {
        let mut attack = Attack::on(make(), seed + 2 * sum.sent as u64);
        let mut one = Sum::default();
        for _ in 0..EXCHANGES_OF_A_ROUND {
            if sum.sent + one.sent < inputs {
                attack.exchange(&mut one)?;
            }
        }
        attack.end(&one)?;
        sum.add(&one);
    }
    Ok(sum)
}

#[test]
fn no_malformed_input_kills_the_server_enters_or_holds_anybody_up() {
    let since = Instant::now();
    let each = inputs().div_ceil(SERVERS);
    let mut sum = Sum::default();
    std::thread::scope(|scope| {
        let attack = |server| attack(each, (server as u64 + 1) << 40, || World::new().unwrap());
        let servers: Vec<_> = (0..SERVERS)
            .map(|server| scope.spawn(move || attack(server)))
            .collect();
        for server in servers {
            sum.add(&server.join().unwrap().unwrap());
        }
    });
    println!(
        "{} malformed inputs in {:.0} s: 0 process deaths, 0 wrong accepts ({} sound changes \
         entered), {} panics contained, {} honest saves beside them",
        sum.sent,
        since.elapsed().as_secs_f64(),
        sum.entered,
        sum.panics,
        sum.honest,
    );
    assert!(sum.entered < sum.sent / 2);
}

/// A gate that does not ask who wrote a change.
pub fn forgets_the_author(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    author: DeviceId,
    actors: &[Vec<u8>],
    writable: bool,
    limits: &GateLimits,
) -> Admission {
    if kind != DocumentKind::Round {
        return admit_under_actors(document, kind, changes, author, actors, writable, limits);
    }
    admit_from_server(document, kind, changes, limits)
}

/// A gate that refuses a whole batch for one change in it.
fn refuses_the_neighbours(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    author: DeviceId,
    actors: &[Vec<u8>],
    writable: bool,
    limits: &GateLimits,
) -> Admission {
    let mut trial = document.clone();
    let admission = admit_under_actors(&mut trial, kind, changes, author, actors, writable, limits);
    if admission.refused.is_empty() {
        *document = trial;
        return admission;
    }
    let all = changes.iter().map(|bytes| {
        let hash = hash_of_change(bytes);
        (hash, Refusal::Unreadable, bytes.clone())
    });
    Admission {
        refused: all.collect(),
        ..Admission::default()
    }
}

#[test]
fn a_gate_that_does_not_ask_who_wrote_is_caught() {
    let make = || World::behind(forgets_the_author).unwrap();
    let caught = attack(CAUGHT_WITHIN, 1, make).err();
    println!("a gate that does not ask who wrote: {caught:?}");
    assert_eq!(caught.as_deref(), Some("wrong accept: foreign-actor"));
}

#[test]
fn a_gate_that_refuses_neighbours_is_caught() {
    let make = || World::behind(refuses_the_neighbours).unwrap();
    let caught = attack(CAUGHT_WITHIN, 1, make).err();
    println!("a gate that refuses neighbours: {caught:?}");
    assert!(caught.is_some_and(|told| told.contains("held up")));
}

/// A tablet of team 0 that counts and sends until told to stop: its observations, and its longest
/// wait for one to be acknowledged.
fn count_and_send(mut tablet: SimulatedTablet, stop: &AtomicBool) -> (usize, Duration) {
    let (mut men, mut longest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        men += 1;
        let place = AnswerValue::Choice("doorway".to_owned());
        let answers = [
            ("n_men", Answer::Known(AnswerValue::Integer(men % 9 + 1))),
            ("sleeping_place", Answer::Known(place)),
        ];
        tablet.fill(FormKind::Count, None, None, &answers).unwrap();
        let since = Instant::now();
        tablet.send_everything().unwrap();
        longest = longest.max(since.elapsed());
        assert_eq!(tablet.view().outbox.unsent, 0, "not served");
        // A volunteer writes for longer; a round of this size is a long one already.
        std::thread::sleep(Duration::from_millis(50));
    }
    (men as usize, longest)
}

/// Posts malformed inputs to the real server, until so many were sent.
fn pour(base: &str, mut hostile: HostileTablet, token: &str, share: usize, sent: &AtomicUsize) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into();
    let post = |body: &[u8]| {
        let request = agent.post(format!("{base}/api/sync"));
        let request = request
            .header("content-type", MEDIA_TYPE)
            .header("authorization", format!("Bearer {token}"));
        let code = request.send(body).unwrap().status().as_u16();
        assert!(code != 500, "an attack is answered, not suffered");
    };
    while sent.load(Ordering::Relaxed) < share {
        let (changes, _) = mixed(&mut hostile);
        let envelope = hostile.seal(changes).unwrap();
        let damaged = [hostile.damage(&envelope), hostile.damage(&envelope)];
        let [first, last] = damaged;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let request = hostile.request(now.as_millis() as i64, vec![first, envelope, last]);
        post(&hostile.damaged_request(&request));
        post(&encode_request(&request));
        sent.fetch_add(OF_ONE_EXCHANGE, Ordering::Relaxed);
    }
}

#[test]
fn over_http_tablets_are_served_while_malformed_inputs_pour_in() {
    const HONEST: usize = 3;
    const HOSTILE: usize = 2;
    let share = inputs() / OVER_HTTP;
    let mut server = RealServer::prepare(HONEST + HOSTILE + 1, None).unwrap();
    server.start().unwrap();
    let process = server.process().unwrap();
    let tablets: Vec<_> = (0..HONEST as u64)
        .map(|seed| server.tablet(seed).unwrap())
        .collect();
    let attackers: Vec<_> = (0..HOSTILE as u64)
        .map(|seed| HostileTablet::enrol_over_http(&mut server, 70 + seed).unwrap())
        .collect();
    let hostile: Vec<DeviceId> = attackers.iter().map(|(tablet, _)| tablet.device).collect();
    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let base = server.base.as_str();
    let (mut saved, mut longest) = (0, Duration::ZERO);
    let since = Instant::now();
    std::thread::scope(|scope| {
        let (stop, sent) = (&stop, &sent);
        let honest: Vec<_> = tablets
            .into_iter()
            .map(|tablet| scope.spawn(move || count_and_send(tablet, stop)))
            .collect();
        let hostile: Vec<_> = attackers
            .into_iter()
            .map(|(tablet, token)| scope.spawn(move || pour(base, tablet, &token, share, sent)))
            .collect();
        let poured: Vec<_> = hostile.into_iter().map(ScopedJoinHandle::join).collect();
        stop.store(true, Ordering::Relaxed);
        for thread in honest {
            let (own, wait) = thread.join().unwrap();
            saved += own;
            longest = longest.max(wait);
        }
        assert!(poured.into_iter().all(|end| end.is_ok()));
    });
    assert_eq!(server.process(), Some(process), "the server died");
    println!(
        "{} malformed inputs over HTTP in {:.0} s: the server lives, {HONEST} tablets beside sent \
         {saved} observations, the longest wait was {longest:.1?}",
        sent.into_inner(),
        since.elapsed().as_secs_f64(),
    );
    assert!(saved >= HONEST && longest < PATIENCE, "{longest:?}");
    // Control: a tablet that is not served is seen.
    let mut alone = server.tablet(90).unwrap();
    server.kill().unwrap();
    let mut aside = server.set_aside_on_disk().unwrap();
    aside.retain(|(device, _)| device.is_some_and(|device| !hostile.contains(&device)));
    assert_eq!(aside, vec![], "honest work waits");
    assert_eq!(server.round_on_disk().unwrap().observations.len(), saved);
    alone.send(maraude_core::tablet::Event::SendNow);
    assert!(alone.view().outbox.last_problem.is_some());
}
