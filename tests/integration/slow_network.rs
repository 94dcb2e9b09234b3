//! Networks that cut and clients that drip: everything arrives once, and honest tablets hardly
//! notice.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_core::tablet::{Custody, Event};
use maraude_tests::proxy::{Line, Proxy};
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ENTRIES: i64 = 30;
const DRIPPING: usize = 500;
const EXCHANGES: usize = 30;
/// What dripping sockets may add to an honest exchange.
const ADDED: Duration = Duration::from_millis(200);

fn record(tablet: &mut SimulatedTablet, men: i64) {
    let place = AnswerValue::Choice("doorway".to_owned());
    let answers = [
        ("n_men", Answer::Known(AnswerValue::Integer(men))),
        ("sleeping_place", Answer::Known(place)),
    ];
    tablet.fill(FormKind::Count, None, None, &answers).unwrap();
}

#[test]
fn over_a_network_that_cuts_anywhere_everything_arrives_once() {
    for seed in 1..=3 {
        let mut world = World::new().unwrap();
        let mut tablet = world.tablet(0).unwrap();
        let plan = &world.plan;
        tablet
            .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
            .unwrap();
        let proxy = Proxy::before(&world.base, seed, 0.0, 12_000).unwrap();
        tablet.base.clone_from(&proxy.base);
        for men in 1..=ENTRIES {
            record(&mut tablet, men);
            tablet.send(Event::SendNow);
        }
        tablet.send_everything().unwrap();
        let arrived = |custody| matches!(custody, Custody::OnServer | Custody::Read);
        assert!(tablet.entries().iter().all(|entry| arrived(entry.custody)));
        let round = world.round(0).unwrap().0;
        assert_eq!(round.observations.len() as i64, ENTRIES);
        let mut men: Vec<u32> = round
            .observations
            .iter()
            .map(|o| o.heads.at_least())
            .collect();
        men.sort_unstable();
        assert_eq!(men, (1..=ENTRIES as u32).collect::<Vec<_>>());
        assert!(proxy.cuts() > 5, "{} cuts", proxy.cuts());
    }
}

/// The line of the worst night: 20 KB/s, 800 ms there and back, 3 packets in 100 end the connection.
const WORST: Line = Line {
    bytes_per_s: Some(20_000),
    delay: Duration::from_millis(400),
    cut: 0.03,
};

/// Tablets that send over the worst line at a time; so many times at most until one was cut.
const TABLETS: u64 = 5;
const TIMES: u64 = 6;

/// A round saved without a network.
fn backlog(world: &mut World) -> SimulatedTablet {
    let mut tablet = world.tablet(0).unwrap();
    let plan = &world.plan;
    let sector = Some(plan.sectors[0]);
    tablet.set_out(plan.teams[0], sector, plan.night).unwrap();
    tablet.go_offline();
    for men in 1..=ENTRIES {
        record(&mut tablet, men);
    }
    tablet
}

/// Several tablets of a team, locked: what they saved goes as it was sealed, an envelope each. How
/// often their lines were cut, and how long the last one took.
fn backlogs_over_the_worst_line(seed: u64) -> (u64, Duration) {
    let mut world = World::new().unwrap();
    let mut tablets: Vec<_> = (0..TABLETS).map(|_| backlog(&mut world)).collect();
    let since = Instant::now();
    let mut cuts = 0;
    std::thread::scope(|scope| {
        let base = &world.base;
        let sending = tablets.iter_mut().zip(0..).map(|(tablet, number)| {
            scope.spawn(move || {
                let proxy = Proxy::over(base, seed * TABLETS + number, WORST).unwrap();
                tablet.base.clone_from(&proxy.base);
                tablet.send(Event::Lock);
                tablet.go_online();
                tablet.send_everything().unwrap();
                proxy.cuts()
            })
        });
        let sending: Vec<_> = sending.collect();
        cuts = sending.into_iter().map(|one| one.join().unwrap()).sum();
    });
    let took = since.elapsed();
    let round = world.round(0).unwrap().0;
    assert_eq!(round.observations.len() as i64, TABLETS as i64 * ENTRIES);
    (cuts, took)
}

#[test]
fn backlogs_arrive_over_the_worst_line() {
    let (mut rounds, mut cuts, mut longest) = (0, 0, Duration::ZERO);
    while cuts == 0 && rounds < TIMES {
        let (more, took) = backlogs_over_the_worst_line(rounds + 7);
        // Control: the line is as slow as it is said to be.
        assert!(took > 2 * WORST.delay, "{took:?}");
        (rounds, cuts, longest) = (rounds + 1, cuts + more, longest.max(took));
    }
    println!(
        "{} rounds of {ENTRIES} over 20 KB/s, 800 ms, 3 % cuts: at most {longest:.1?}, {cuts} cuts",
        rounds * TABLETS
    );
    assert!(cuts > 0, "no line was cut");
}

#[test]
fn over_a_line_that_ends_with_every_packet_nothing_arrives_and_nothing_is_lost() {
    let mut world = World::new().unwrap();
    let mut tablet = backlog(&mut world);
    let dead = Line { cut: 1.0, ..WORST };
    let proxy = Proxy::over(&world.base, 7, dead).unwrap();
    let alive = std::mem::replace(&mut tablet.base, proxy.base.clone());
    tablet.go_online();
    for _ in 0..5 {
        tablet.send(Event::SendNow);
    }
    assert!(proxy.cuts() > 0);
    assert_eq!(tablet.acknowledged().len(), 0);
    assert!(i64::from(tablet.view().outbox.unsent) >= ENTRIES);
    assert_eq!(world.round(0).unwrap().0.observations.len(), 0);
    tablet.base = alive;
    tablet.send_everything().unwrap();
    assert_eq!(tablet.acknowledged().len() as i64, ENTRIES);
}

/// How long exchanges of an honest tablet take: the 95th of a hundred.
fn honest_p95(tablet: &mut SimulatedTablet) -> Duration {
    let mut times: Vec<Duration> = (0..EXCHANGES)
        .map(|_| {
            let since = Instant::now();
            tablet.send(Event::SendNow);
            assert_eq!(tablet.view().outbox.last_problem, None);
            since.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[EXCHANGES * 95 / 100]
}

#[test]
fn five_hundred_dripping_sockets_hardly_slow_an_honest_tablet() {
    let mut server = RealServer::prepare(1, None).unwrap();
    server.start().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let code = server.code().unwrap();
    let at = now.as_millis() as i64;
    let mut tablet = SimulatedTablet::enrolled(&server.base, &code, 1, at).unwrap();
    let alone = honest_p95(&mut tablet);
    let address = server.base.trim_start_matches("http://").to_owned();
    let mut sockets: Vec<TcpStream> = (0..DRIPPING)
        .map(|_| TcpStream::connect(&address).unwrap())
        .collect();
    let stop = Arc::new(AtomicBool::new(false));
    let dripping = std::thread::spawn({
        let stop = stop.clone();
        move || {
            let head = b"POST /api/sync HTTP/1.1\r\nHost: localhost\r\nX-Drip: ".to_vec();
            for byte in head.iter().chain(std::iter::repeat(&b'a')) {
                for socket in &mut sockets {
                    // Those the server let go of drip into nothing.
                    let _ = socket.write_all(&[*byte]);
                }
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let beside = honest_p95(&mut tablet);
    stop.store(true, Ordering::Relaxed);
    dripping.join().unwrap();
    assert!(
        beside < alone + ADDED,
        "{alone:?} alone, {beside:?} beside {DRIPPING} sockets"
    );
}
