//! A tablet is revoked while it is being told things: once the revocation is answered nothing of any
//! document is told to it any more, and its open connection has ended.

use maraude_core::document::{DocumentName, document_id};
use maraude_core::sync::{Follow, SyncAnswer, decode_answer, encode_request};
use maraude_tests::enrolment::{Tablet, enrol};
use maraude_tests::hostile::HostileTablet;
use maraude_tests::repo_client::{RepoClient, text_of};
use maraude_tests::world::World;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const RUNS: usize = 100;

/// How long a connection may stay open after the answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What has arrived by now is there at once.
const AT_ONCE: Duration = Duration::from_millis(1);

/// An automerge sync message of a client that holds nothing: version 1, no heads, no needs, nothing
/// held, no changes.
const HELLO: [u8; 5] = [0x42, 0, 0, 0, 0];

fn enrolled(world: &mut World) -> Tablet {
    let code = world.code(0).unwrap();
    let agent = ureq::Agent::new_with_defaults();
    let seed = u64::from(code.bytes().map(u32::from).sum::<u32>());
    enrol(&agent, &world.base, &code, seed).unwrap()
}

/// A request that asks for the whole round, on a connection of its own.
fn ask(world: &World, reader: &HostileTablet, tablet: &Tablet, token: &str) -> TcpStream {
    let mut request = reader.request(world.clock.now(), Vec::new());
    request.device = tablet.device;
    request.follow = vec![Follow {
        name: reader.name,
        heads: Vec::new(),
    }];
    let body = encode_request(&request);
    let address = world.base.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/sync HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(&body).unwrap();
    socket
}

/// What has arrived so far.
fn arrived(socket: &mut TcpStream) -> Vec<u8> {
    socket.set_nonblocking(true).unwrap();
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 65_536]);
    loop {
        match socket.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    socket.set_nonblocking(false).unwrap();
    bytes
}

fn answer_of(bytes: &[u8]) -> Option<SyncAnswer> {
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
    let told = bytes.starts_with(b"HTTP/1.1 200");
    told.then(|| decode_answer(&bytes[head + 4..]).unwrap())
}

fn documents_bytes(answer: &SyncAnswer) -> usize {
    let changes = answer.documents.iter().flat_map(|update| &update.changes);
    changes.map(|change| change.len()).sum()
}

#[test]
fn after_the_answer_to_a_revocation_a_tablet_is_told_nothing_more() {
    let mut world = World::new().unwrap();
    let mut writer = HostileTablet::enrol(&mut world, 0, 1).unwrap();
    let mut sealed = Vec::new();
    for _ in 0..2_000 {
        let written = writer.write().unwrap();
        sealed.push(writer.seal(written).unwrap());
    }
    writer.send(&world, sealed.drain(..20).collect()).unwrap();
    let tablets: Vec<Tablet> = (0..RUNS).map(|_| enrolled(&mut world)).collect();
    let document = text_of(document_id(&DocumentName::Round {
        key: world.plan.round(0),
    }));
    let (mut before, mut after) = (0, 0);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (world, writer, over) = (&world, &writer, &over);
        // Somebody saves all the time, so that open connections are always being told.
        scope.spawn(move || {
            for envelope in sealed {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                writer.send(world, vec![envelope]).unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for (run, tablet) in tablets.iter().enumerate() {
            let agent = ureq::Agent::new_with_defaults();
            let token = tablet.session(&agent, &world.base).unwrap();
            let base = world.base.replace("http", "ws");
            let url = format!("{base}/sync?access_token={token}");
            let mut open = RepoClient::connect(&url, "reader").unwrap();
            open.sync(&document, HELLO.to_vec()).unwrap();
            assert_eq!(open.hear().unwrap().kind, "sync", "control: it is told");
            let mut asked = ask(world, writer, tablet, &token);
            std::thread::sleep(Duration::from_millis(run as u64 % 7));

            world.revoke(tablet.device).unwrap();
            let mut bytes = arrived(&mut asked);
            while open.hear_within(AT_ONCE).is_some() {}
            let since = Instant::now();
            assert!(open.hear_within(PATIENCE).is_none(), "{run}: told after");
            assert!(since.elapsed() < PATIENCE, "{run}: the connection is open");

            let on_time = bytes.len();
            asked.read_to_end(&mut bytes).unwrap();
            let payload = answer_of(&bytes).map_or(0, |answer| documents_bytes(&answer));
            if bytes.len() == on_time {
                before += usize::from(payload > 0);
            } else {
                assert_eq!(payload, 0, "{run}: told after the answer");
                after += 1;
            }
            let refused = RepoClient::connect(&url, "reader").err().unwrap();
            assert_eq!(refused.to_string(), "refused: token-unknown");
        }
        over.store(true, Ordering::Relaxed);
    });
    println!(
        "{RUNS} revocations: {before} answers told before, {after} after, 0 bytes of documents"
    );
    assert!(
        before > 0,
        "control: an answer that comes in time tells the round"
    );
}
