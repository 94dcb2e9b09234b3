//! What a hand-written client of automerge-repo's protocol can and cannot do on `/sync`.

use crate::erasure::{MARKER, code_of, out, person, wish};
use automerge::sync::{Message, State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, Automerge, ObjType, ROOT, ReadDoc, ScalarValue};
use maraude_core::document::{DocumentName, GENESIS, document_id, read_round};
use maraude_core::model::{DocumentId, RoundKey};
use maraude_server::http::contract::NamedDocuments;
use maraude_tests::enrolment::{Tablet, enrol};
use maraude_tests::repo_client::{RepoClient, Said, text_of};
use maraude_tests::world::World;
use std::time::Duration;
use tungstenite::client::IntoClientRequest;

/// After so long without a word all is said.
const SILENCE: Duration = Duration::from_millis(300);

/// A client with a document of its own.
struct Client {
    repo: RepoClient,
    tablet: Tablet,
    document: AutoCommit,
    state: State,
    text: String,
}

fn address(world: &World, tablet: &Tablet) -> String {
    let agent = ureq::Agent::new_with_defaults();
    let token = tablet.session(&agent, &world.base).unwrap();
    let base = world.base.replace("http", "ws");
    format!("{base}/sync?access_token={token}")
}

fn enrolled(world: &mut World, team: usize) -> Tablet {
    let code = world.code(team).unwrap();
    let agent = ureq::Agent::new_with_defaults();
    let seed = u64::from(code.bytes().map(u32::from).sum::<u32>());
    enrol(&agent, &world.base, &code, seed).unwrap()
}

fn round(world: &World, team: usize) -> DocumentId {
    document_id(&DocumentName::Round {
        key: world.plan.round(team),
    })
}

impl Client {
    /// On a document, under an actor of 16 bytes.
    fn on(world: &mut World, team: usize, document: DocumentId, actor: u8) -> Self {
        let tablet = enrolled(world, team);
        let repo = RepoClient::connect(&address(world, &tablet), "by-hand").unwrap();
        let base = Automerge::load(GENESIS).unwrap();
        let mut own = AutoCommit::load(&base.save()).unwrap();
        own.set_actor(ActorId::from([actor; 16]));
        Self {
            repo,
            tablet,
            document: own,
            state: State::new(),
            text: text_of(document),
        }
    }

    fn observe(&mut self, number: u8) {
        let (_, objects) = self.document.get(ROOT, "objects").unwrap().unwrap();
        let key = format!("observation:{number:08}-0000-4000-8000-000000000000");
        let seen = self
            .document
            .put_object(&objects, key.as_str(), ObjType::Map)
            .unwrap();
        self.document.put(&seen, "v", 1).unwrap();
        let stamp = format!("1769115600000 {}", self.tablet.device);
        self.document.put(&seen, "created", stamp).unwrap();
        self.document.put(&seen, "kind", "individual").unwrap();
        self.document
            .put(
                &seen,
                "observed_at",
                ScalarValue::Timestamp(1_769_115_600_000),
            )
            .unwrap();
        self.document.put(&seen, "contact", "observed").unwrap();
        self.document.put(&seen, "certainty", "certain").unwrap();
        self.document.put(&seen, "heads", "1 1 counted").unwrap();
        self.document.commit();
    }

    /// Talks until both sides have said all; gives what was not a sync message.
    fn settle(&mut self) -> Vec<Said> {
        let mut others = Vec::new();
        loop {
            let message = self.document.sync().generate_sync_message(&mut self.state);
            let silent = message.is_none();
            if let Some(message) = message {
                self.repo.sync(&self.text, message.encode()).unwrap();
            }
            match self.repo.hear_within(SILENCE) {
                Some(said) => self.take(said, &mut others),
                None if silent => return others,
                None => {}
            }
        }
    }

    /// Brings its changes without having heard a word.
    fn push_unasked(&mut self) {
        let changes = self.document.get_changes(&[]);
        let chunks: Vec<Vec<u8>> = changes.iter().map(|c| c.raw_bytes().to_vec()).collect();
        let message = self.document.sync().generate_sync_message(&mut self.state);
        let message = Message {
            changes: chunks.into(),
            ..message.unwrap()
        };
        self.repo.sync(&self.text, message.encode()).unwrap();
    }

    fn take(&mut self, said: Said, others: &mut Vec<Said>) {
        let Some(data) = said.data.clone() else {
            others.push(said);
            return;
        };
        let message = Message::decode(&data).unwrap();
        let mut sync = self.document.sync();
        sync.receive_sync_message(&mut self.state, message).unwrap();
    }
}

fn refusals(said: &[Said]) -> Vec<&str> {
    let told = said.iter().filter_map(|said| said.message.as_deref());
    told.filter_map(|told| told.split(' ').next()).collect()
}

fn observed(world: &World) -> usize {
    world.round(0).unwrap().0.observations.len()
}

#[test]
fn an_actor_belongs_to_whoever_wrote_under_it_first() {
    let mut world = World::new().unwrap();
    let document = round(&world, 0);
    let mut first = Client::on(&mut world, 0, document, 5);
    first.observe(1);
    assert_eq!(refusals(&first.settle()), Vec::<&str>::new());
    assert_eq!(observed(&world), 1);

    let mut thief = Client::on(&mut world, 0, document, 5);
    thief.observe(2);
    thief.push_unasked();
    assert_eq!(refusals(&[thief.repo.hear().unwrap()]), ["foreign-actor"]);
    assert_eq!(observed(&world), 1);
    let mut honest = Client::on(&mut world, 0, document, 6);
    honest.observe(3);
    assert_eq!(refusals(&honest.settle()), Vec::<&str>::new());
    assert_eq!(observed(&world), 2);

    // Connected again, who wrote under an actor goes on under it.
    first.repo = RepoClient::connect(&address(&world, &first.tablet), "again").unwrap();
    first.state = State::new();
    first.observe(4);
    assert_eq!(refusals(&first.settle()), Vec::<&str>::new());
    assert_eq!(observed(&world), 3);
    honest.settle();
    assert_eq!(honest.document.get_heads(), first.document.get_heads());
}

#[test]
fn the_actor_of_a_tablet_is_that_tablet_s_alone() {
    let mut world = World::new().unwrap();
    let document = round(&world, 0);
    let victim = enrolled(&mut world, 0);
    let mut thief = Client::on(&mut world, 0, document, 1);
    let actor = [&victim.device.as_bytes()[..], &[9; 8]].concat();
    thief.document.set_actor(ActorId::from(&actor[..]));
    thief.observe(1);
    assert_eq!(refusals(&thief.settle()), ["foreign-actor"]);
    assert_eq!(observed(&world), 0);
}

#[test]
fn a_refused_change_is_kept_once_and_does_not_make_both_sides_talk_for_ever() {
    let mut world = World::new().unwrap();
    let plan = document_id(&DocumentName::Plan {
        campaign: world.plan.campaign,
    });
    let mut client = Client::on(&mut world, 0, plan, 5);
    client.observe(1);
    assert_eq!(refusals(&client.settle()), ["document-read-only"]);
    for _ in 0..2 {
        let again = address(&world, &client.tablet);
        client.repo = RepoClient::connect(&again, "again").unwrap();
        client.state = State::new();
        assert_eq!(refusals(&client.settle()), ["document-read-only"]);
    }
    let kept = world.engine().unwrap().log().open_quarantine(10).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].item.code, "document-read-only");
}

#[test]
fn what_is_not_there_and_what_is_not_one_s_own_is_answered_alike() {
    let mut world = World::new().unwrap();
    let mut colleague = world.tablet(1).unwrap();
    let plan = &world.plan;
    colleague
        .set_out(plan.teams[1], Some(plan.sectors[1]), plan.night)
        .unwrap();
    colleague.send_everything().unwrap();
    let forbidden = round(&world, 1);
    assert!(
        world
            .engine()
            .unwrap()
            .log()
            .document(forbidden)
            .unwrap()
            .is_some()
    );
    let unknown = DocumentId::from_bytes([77; 16]);
    let mut client = Client::on(&mut world, 0, forbidden, 5);
    client.observe(1);
    let message = client
        .document
        .sync()
        .generate_sync_message(&mut client.state);
    let data = message.unwrap().encode();
    let mut answer = |text: &str| {
        client.repo.sync(text, data.clone()).unwrap();
        let said = client.repo.hear().unwrap();
        assert_eq!(said.kind, "doc-unavailable");
        assert_eq!(said.document.as_deref(), Some(text));
        let text = text.as_bytes();
        let at = said
            .bytes
            .windows(text.len())
            .position(|part| part == text)
            .unwrap();
        // Names have 27 or 28 letters: the byte before tells how many.
        [&said.bytes[..at - 1], &said.bytes[at + text.len()..]].concat()
    };
    let not_there = answer(&text_of(unknown));
    assert_eq!(answer(&text_of(forbidden)), not_there);
    let erased = round(&world, 0);
    world.erase_round(0).unwrap();
    assert_eq!(answer(&text_of(erased)), not_there);
    // Control: a document of one's own is no such answer.
    let plan = document_id(&DocumentName::Plan {
        campaign: world.plan.campaign,
    });
    client.repo.sync(&text_of(plan), data).unwrap();
    assert_eq!(client.repo.hear().unwrap().kind, "sync");
}

/// What a client's token names, and whether it may write there.
fn named(world: &World, tablet: &Tablet) -> Vec<(String, bool)> {
    let agent = ureq::Agent::new_with_defaults();
    let token = tablet.session(&agent, &world.base).unwrap();
    let mut answer = agent
        .get(format!("{}/api/documents", world.base))
        .header("authorization", format!("Bearer {token}"))
        .call()
        .unwrap();
    let told = answer.body_mut().read_to_string().unwrap();
    let told: NamedDocuments = serde_json::from_str(&told).unwrap();
    let bare = |url: &str| url.trim_start_matches("automerge:").to_owned();
    let documents = told.documents.iter();
    documents
        .map(|one| (bare(&one.url), one.writable))
        .collect()
}

#[test]
fn a_document_issued_anew_is_gone_for_a_client_which_finds_the_new_one_without_the_person() {
    let mut world = World::new().unwrap();
    let mut tablet = out(&mut world);
    let (erased, other) = (person(&mut tablet, MARKER), person(&mut tablet, "sac bleu"));
    tablet.send_everything().unwrap();
    let former = round(&world, 0);
    let mut client = Client::on(&mut world, 0, former, 5);
    client.settle();
    let holds = |client: &mut Client, text: &str| {
        let told = client.document.save_nocompress();
        told.windows(text.len()).any(|part| part == text.as_bytes())
    };
    // Control: before, the client reads both.
    assert!(holds(&mut client, MARKER) && holds(&mut client, "sac bleu"));

    let code = code_of(&tablet, erased);
    world
        .app()
        .erase_person(&wish(&world, &code, erased))
        .unwrap();
    client.observe(1);
    let said = client.settle();
    assert!(said.iter().any(|said| said.kind == "doc-unavailable"));
    let key = RoundKey {
        reissue: 1,
        ..world.plan.round(0)
    };
    let successor = document_id(&DocumentName::Round { key });
    let documents = named(&world, &client.tablet);
    assert!(documents.contains(&(text_of(successor), true)));
    assert!(documents.iter().all(|(id, _)| *id != text_of(former)));

    let mut client = Client::on(&mut world, 0, successor, 6);
    client.settle();
    assert!(!holds(&mut client, MARKER) && holds(&mut client, "sac bleu"));
    client.observe(2);
    assert_eq!(refusals(&client.settle()), Vec::<&str>::new());
    let name = DocumentName::Round { key };
    let document = world.engine().unwrap().document(&name).unwrap();
    let (standing, _) = read_round(&document, successor);
    let ids: Vec<_> = standing.observations.iter().map(|seen| seen.id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&other) && !ids.contains(&erased));
}

#[test]
fn without_a_session_nothing_is_told_and_a_revoked_tablet_is_let_go() {
    let mut world = World::new().unwrap();
    let document = round(&world, 0);
    let mut client = Client::on(&mut world, 0, document, 5);
    let base = world.base.replace("http", "ws");
    let upload = format!("{base}/sync?access_token={}", client.tablet.upload_token);
    let later = address(&world, &client.tablet);
    let none = format!("{base}/sync");
    world.clock.advance(16 * 60_000);
    for url in [&none, &upload, &later] {
        let refused = RepoClient::connect(url, "nobody").err().unwrap();
        assert_eq!(refused.to_string(), "refused: token-unknown");
    }
    client.observe(1);
    assert_eq!(refusals(&client.settle()), Vec::<&str>::new());
    world.revoke(client.tablet.device).unwrap();
    let told = client.repo.hear().unwrap().message;
    assert_eq!(told.as_deref(), Some("device-revoked"));
    assert!(client.repo.hear().is_err());
    assert_eq!(observed(&world), 1);
}

#[test]
fn a_page_of_another_site_opens_no_socket_even_with_a_token() {
    let mut world = World::new().unwrap();
    let tablet = enrolled(&mut world, 0);
    let url = address(&world, &tablet);
    let opened = |origin: Option<&str>| {
        let mut request = url.as_str().into_client_request().unwrap();
        if let Some(origin) = origin {
            (request.headers_mut()).insert("origin", origin.parse().unwrap());
        }
        match tungstenite::connect(request) {
            Ok(_) => None,
            Err(tungstenite::Error::Http(answer)) => Some(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    };
    for site in ["https://evil.example", "null"] {
        assert_eq!(opened(Some(site)), Some(403), "{site}");
    }
    // Control: our own page, and a program that is no browser.
    assert_eq!(opened(Some(&world.base)), None);
    assert_eq!(opened(None), None);
}

#[test]
fn what_does_not_read_ends_its_own_connection_only() {
    let mut world = World::new().unwrap();
    let document = round(&world, 0);
    let mut honest = Client::on(&mut world, 0, document, 5);
    let hostile = enrolled(&mut world, 0);
    let text = text_of(document);
    let thrown: [Vec<u8>; 5] = [
        Vec::new(),
        vec![0xff; 40],
        vec![0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x81; 100_000],
        vec![0; 2 * 1024 * 1024],
    ];
    for (number, bytes) in thrown.into_iter().enumerate() {
        let mut client = RepoClient::connect(&address(&world, &hostile), "hostile").unwrap();
        // The largest may be cut while it is written.
        let _ = client.throw(bytes);
        let ended = (0..3).any(|_| match client.hear() {
            Ok(said) => {
                assert_eq!(refusals(&[said]), ["request-malformed"], "{number}");
                false
            }
            Err(_) => true,
        });
        assert!(ended, "{number}");
    }
    for data in [vec![0x42, 0xff, 0xff, 0xff, 0x7f], vec![0x44], Vec::new()] {
        let mut client = RepoClient::connect(&address(&world, &hostile), "hostile").unwrap();
        client.sync(&text, data).unwrap();
        let told = client.hear().unwrap().message;
        assert_eq!(told.as_deref(), Some("request-malformed"));
    }
    honest.observe(1);
    assert_eq!(refusals(&honest.settle()), Vec::<&str>::new());
    assert_eq!(observed(&world), 1);
}
