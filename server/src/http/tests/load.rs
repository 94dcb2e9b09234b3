//! What is answered when there is no room.

use super::*;

fn sync_request(world: &World, tablet: &mut Tablet, number: u8) -> (String, Vec<u8>) {
    let name = world.round(TEAM);
    let closure = tablet.closure(number);
    let envelope = tablet.save(world, name, |w| w.put_closure(&closure));
    let token = format!("Bearer {}", tablet.upload_token);
    (token, encode_request(&tablet.request(world, &[&envelope])))
}

fn posted((token, body): &(String, Vec<u8>)) -> Request<Body> {
    let request = Request::post("/api/sync").header(AUTHORIZATION, token);
    request.body(Body::from(body.clone())).unwrap()
}

fn says_busy(world: &World, answer: Response<Body>) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(world.json(answer)["code"], "server-busy");
}

#[test]
fn bodies_under_way_are_bounded_and_who_finds_no_room_comes_back() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let first = sync_request(&world, &mut tablet, 1);
    let room = first.1.len() + 100;
    world.app.part(|_| crate::http::bodies::Bodies::of(room));
    // Control: alone it has room, once and again.
    assert_eq!(world.call(posted(&first)).status(), StatusCode::OK);
    assert_eq!(world.call(posted(&first)).status(), StatusCode::OK);

    let mut slow = world.tablet(Some(TEAM));
    let dripping = sync_request(&world, &mut slow, 2);
    let (drip, pieces) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    let body = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(pieces));
    let request = Request::post("/api/sync").header(AUTHORIZATION, dripping.0);
    let request = request.body(body).unwrap();
    let under_way = world
        .runtime
        .spawn(router(world.app.clone()).oneshot(request));
    let (start, end) = dripping.1.split_at(200);
    world
        .runtime
        .block_on(drip.send(Ok(start.to_vec())))
        .unwrap();
    while drip.capacity() < 4 {
        std::thread::yield_now();
    }
    // What arrived of the slow one takes room until it is answered: the other is told to come back.
    let busy = (0..1_000).map(|_| world.call(posted(&first)));
    let busy = busy
        .into_iter()
        .find(|answer| answer.status() != StatusCode::OK);
    says_busy(&world, busy.expect("what has arrived takes room"));
    world.runtime.block_on(drip.send(Ok(end.to_vec()))).unwrap();
    drop(drip);
    let answer = world.runtime.block_on(under_way).unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(world.call(posted(&first)).status(), StatusCode::OK);
}

#[test]
fn a_full_queue_answers_503_and_recovers() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let request = sync_request(&world, &mut tablet, 1);
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Arc::new(std::sync::Mutex::new(held));
    let waiting: Vec<_> = (0..world.app.pool().places())
        .map(|_| {
            let (pool, held) = (world.app.pool().clone(), held.clone());
            let work = move || held.lock().unwrap().recv().ok();
            world.runtime.spawn(async move { pool.run(work).await })
        })
        .collect();
    while !world.app.pool().is_full() {
        std::thread::yield_now();
    }
    says_busy(&world, world.call(posted(&request)));
    drop(hold);
    for done in waiting {
        world.runtime.block_on(done).unwrap().unwrap();
    }
    let answer = world.call(posted(&request));
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = decode_answer(&world.body(answer)).unwrap();
    assert_eq!(answer.receipts.len(), 1);
}
