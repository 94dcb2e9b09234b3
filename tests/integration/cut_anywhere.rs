//! A real exchange over HTTP is cut once after every byte, on the way there and on the way back: the
//! tablet sends again, the server takes everything once, and little goes twice.

use maraude_core::document::document_id;
use maraude_core::model::DeviceReport;
use maraude_core::sync::{MEDIA_TYPE, Peer, Standing, encode_request};
use maraude_tests::enrolment::{self, Tablet};
use maraude_tests::hostile::HostileTablet;
use maraude_tests::proxy::{Cut, Proxy};
use maraude_tests::world::World;
use std::time::{Duration, Instant};

/// Saves of the batch, an envelope each.
const SAVES: usize = 3;

/// Tries after which a batch has not arrived.
const TRIES: i64 = 12;

/// A batch, and the way to its server.
struct Exchange {
    tablet: Tablet,
    proxy: Proxy,
    batch: Vec<Vec<u8>>,
}

impl Exchange {
    /// Sends the batch by a tablet that starts anew, asking once more `after` it was told that all
    /// is there; bytes that left.
    fn run(&self, cut: Option<Cut>, after: u32) -> u64 {
        let Tablet {
            campaign, device, ..
        } = self.tablet;
        let mut peer = Peer::new(campaign, device, &self.tablet.server_key, None, [1; 32]);
        let hold = |peer: &mut Peer| {
            for envelope in &self.batch {
                peer.hold(envelope.clone(), Standing::Waiting);
            }
        };
        hold(&mut peer);
        if let Some(cut) = cut {
            self.proxy.cut_next(cut);
        }
        let before = self.proxy.sent();
        let mut again = after;
        for number in 1..=TRIES {
            let now = number * 3_600_000;
            let Some(asked) = peer.request(now, DeviceReport::default(), Vec::new()) else {
                if again == 0 {
                    return self.proxy.sent() - before;
                }
                again -= 1;
                hold(&mut peer);
                continue;
            };
            match self.post(&encode_request(&asked)) {
                Ok((code, body)) => peer.answered(now, code, &body),
                Err(_) => peer.unreachable(now),
            };
        }
        panic!("the batch did not arrive: {cut:?}");
    }

    /// Over a connection of its own.
    fn post(&self, body: &[u8]) -> Result<(u16, Vec<u8>), ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .max_idle_connections(0)
            .build()
            .into();
        let request = agent.post(format!("{}/api/sync", self.proxy.base));
        let bearer = format!("Bearer {}", self.tablet.upload_token);
        let request = request
            .header("content-type", MEDIA_TYPE)
            .header("accept-encoding", "identity")
            .header("authorization", bearer);
        let mut answer = request.send(body)?;
        let code = answer.status().as_u16();
        Ok((code, answer.body_mut().read_to_vec()?))
    }
}

#[test]
fn cut_after_every_byte_either_way_a_batch_arrives_once_and_little_goes_twice() {
    let mut world = World::new().unwrap();
    let code = world.code(0).unwrap();
    let agent = ureq::Agent::new_with_defaults();
    let tablet = enrolment::enrol(&agent, &world.base, &code, 5).unwrap();
    let mut writing = HostileTablet::of(&tablet, &world.plan);
    let batch = (0..SAVES)
        .map(|_| {
            let changes = writing.write().unwrap();
            writing.seal(changes).unwrap()
        })
        .collect();
    let proxy = Proxy::cut_at_will(&world.base).unwrap();
    let exchange = Exchange {
        tablet,
        proxy,
        batch,
    };
    let ideal = exchange.run(None, 0);
    let held = || {
        let log = world.engine().unwrap().log().clone();
        log.changes(document_id(&writing.name)).unwrap().len()
    };
    let once = held();
    let since = Instant::now();
    let (mut cuts, mut most) = (0, 0);
    for way in [Cut::There, Cut::Back] {
        for at in 0.. {
            let before = exchange.proxy.cuts();
            let sent = exchange.run(Some(way(at)), 0);
            if exchange.proxy.cuts() == before {
                // Longer than what is said this way: each of its bytes was met.
                break;
            }
            cuts += 1;
            most = most.max(sent - ideal);
        }
    }
    println!(
        "a batch of {ideal} bytes cut after each of {cuts} bytes, both ways, in {:.0} s: at most \
         {most} bytes went twice",
        since.elapsed().as_secs_f64()
    );
    assert!(cuts > ideal, "{cuts} cuts of {ideal} bytes there alone");
    assert!(most <= ideal, "{most} bytes went twice");
    assert_eq!(held(), once, "each change is in the log once");
    // Control: a tablet that sends all of it again although it knows better is seen.
    assert!(exchange.run(Some(Cut::There(9)), 2) - ideal > ideal);
}
